/** Parsers at the border: a state file is anybody's bytes until it has been looked at. */
import type { Baseline, EnvironmentOfRecord, Output, Toolchain } from "../model.ts";

export function isBaseline(value: unknown): value is Baseline {
  return (
    isObject(value) &&
    isText(value["extension"]) &&
    (value["interpreter"] === null || isText(value["interpreter"])) &&
    isText(value["buildId"]) &&
    isText(value["origin"]) &&
    isText(value["note"]) &&
    isFingerprint(value["fingerprint"]) &&
    isListOf(value["outputs"], isOutput) &&
    isListOf(value["trackedOutputs"], isText) &&
    isListOf(value["buildDirFiles"], isText) &&
    (value["names"] === undefined || isTextLists(value["names"])) &&
    (value["survives"] === undefined || isSurvives(value["survives"])) &&
    (value["inputTimes"] === undefined || isInputTimes(value["inputTimes"])) &&
    (value["answer"] === undefined || isAnswer(value["answer"])) &&
    (value["alsoRead"] === undefined || isTextRecord(value["alsoRead"]))
  );
}

function isAnswer(value: unknown): boolean {
  return isObject(value) && isListOf(value["files"], isText) && isListOf(value["by"], isText);
}

export function isEnvironment(value: unknown): value is EnvironmentOfRecord {
  return (
    isObject(value) &&
    (value["interpreter"] === null || isInterpreter(value["interpreter"])) &&
    isListOf(value["path"], isText) &&
    isTextRecord(value["variables"])
  );
}

function isSurvives(value: unknown): boolean {
  return isObject(value) && typeof value["torch"] === "boolean" && typeof value["python"] === "boolean";
}

function isInputTimes(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["builtAtMs"] === "number" &&
    isObject(value["files"]) &&
    Object.values(value["files"]).every(isInputTime)
  );
}

function isInputTime(value: unknown): boolean {
  return (
    isObject(value) &&
    typeof value["mtimeNs"] === "string" &&
    /^\d+$/.test(value["mtimeNs"]) &&
    typeof value["size"] === "number" &&
    isText(value["id"])
  );
}

function isOutput(value: unknown): value is Output {
  return (
    isObject(value) &&
    isText(value["path"]) &&
    isText(value["sha256"]) &&
    isText(value["mtimeNs"]) &&
    isText(value["ctimeNs"]) &&
    isText(value["ino"]) &&
    typeof value["size"] === "number" &&
    typeof value["mode"] === "number"
  );
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isText(value: unknown): value is string {
  return typeof value === "string";
}

export function isListOf<T>(value: unknown, is: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(is);
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every(isText);
}

function isTextLists(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((list) => isListOf(list, isText));
}

function isFingerprint(value: unknown): boolean {
  if (!isObject(value) || !isText(value["hash"]) || !isTextRecord(value["inputs"])) return false;
  for (const key of ["bystanders", "whole", "externals"]) {
    if (value[key] !== undefined && !isTextRecord(value[key])) return false;
  }
  return Array.isArray(value["recipe"]) && isToolchain(value["toolchain"]);
}

export function isToolchain(value: unknown): value is Toolchain {
  return (
    isObject(value) &&
    isListOf(value["tools"], isToolLike) &&
    isListOf(value["packages"], isToolLike) &&
    isTextRecord(value["variables"])
  );
}

function isToolLike(value: unknown): value is { files: unknown[]; identity: string } {
  return isObject(value) && Array.isArray(value["files"]) && isText(value["identity"]);
}

function isInterpreter(value: unknown): boolean {
  return (
    isObject(value) &&
    ["path", "version", "soabi", "extSuffix", "prefix", "basePrefix", "includeDir"].every((key) =>
      isText(value[key]),
    ) &&
    isListOf(value["sitePackages"], isText) &&
    isListOf(value["identityFiles"], isText)
  );
}
