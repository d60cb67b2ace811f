import type { Config, Extension } from "../model.ts";
import { COMMON_ENVIRONMENT } from "./defaults.ts";
import { NO_PRESET, PRESETS } from "./detect.ts";

/**
 * The TOML that `init` writes: what was found and what a person may want to change. Extensions are written out
 * only when somebody configured them; those of a preset stay with the preset, which learns.
 */
export function renderConfig(config: Config): string {
  const isConfigured = config.files.length > 0 || config.preset === NO_PRESET;
  const lines = [
    ...editorialNotes(config).map((note) => `# ${note}`),
    `preset = ${quote(config.preset)}`,
    config.interpreter === null
      ? `# interpreter = ".venv/bin/python"   # the Python that loads the extensions; found by itself when absent`
      : `interpreter = ${quote(config.interpreter)}`,
    config.mode === "auto"
      ? `# mode = "auto"   # what a git hook does: auto | foreground | background | notify`
      : `mode = ${quote(config.mode)}`,
    ...(config.strategy === "clean" ? [] : [`strategy = ${quote(config.strategy)}`]),
    ...(isConfigured ? config.extensions.flatMap(renderExtension) : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** What was found, one sentence a line: the head of the file, and what `init` shows. */
function editorialNotes(config: Config): readonly string[] {
  const preset = PRESETS.find(({ name }) => name === config.preset);
  return [
    "rebuild-if-needed: what is rebuilt here, and how. All keys: docs/configuration.md of the tool.",
    preset === undefined ? "No preset: only what is written below." : `Found: ${preset.describe}.`,
    ...config.extensions.map((extension) => `Extension ${extension.name}: ${describeRecipes(extension)}`),
  ];
}

function describeRecipes(extension: Extension): string {
  return extension.recipe.map((argv) => argv.map(quoteWord).join(" ")).join(" && ");
}

function renderExtension(extension: Extension): string[] {
  const own = extension.environment.filter((name) => !COMMON_ENVIRONMENT.includes(name));
  return [
    "",
    "[[extension]]",
    `name = ${quote(extension.name)}`,
    ...(extension.guessed ? [] : renderList("inputs", extension.inputs)),
    ...renderList("outputs", extension.outputs),
    ...renderList("build-dirs", extension.buildDirs),
    `recipe = [${extension.recipe.map(quoteList).join(", ")}]`,
    ...renderList("environment", own),
    ...renderList("require", extension.require),
    ...renderList("optional", extension.optional ?? []),
  ];
}

function renderList(key: string, values: readonly string[]): string[] {
  return values.length === 0 ? [] : [`${key} = ${quoteList(values)}`];
}

function quoteList(values: readonly string[]): string {
  return `[${values.map(quote).join(", ")}]`;
}

/** A TOML basic string: JSON's, but for DEL, which TOML wants escaped too. */
function quote(value: string): string {
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}

function quoteWord(word: string): string {
  return /^[\w./=:@%+,-]+$/.test(word) ? word : JSON.stringify(word);
}
