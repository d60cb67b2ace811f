import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { NO_PRESET, PRESETS } from "../../src/config/detect.ts";
import { parseConfig } from "../../src/config/parse.ts";
import { isTable, parseToml, tableAt } from "../../src/config/toml.ts";

const DOCS = join(process.cwd(), "docs");
const SCHEMA: unknown = JSON.parse(readFileSync(join(DOCS, "schema.json"), "utf8"));

/** The part of JSON schema that ours uses; an unknown keyword fails the test rather than being ignored. */
function accepts(schema: unknown, value: unknown): boolean {
  assert.ok(isTable(schema));
  return Object.entries(schema).every(([keyword, rule]) => {
    switch (keyword) {
      case "$ref":
        return accepts(tableAt(SCHEMA, String(rule).replace("#/", "").replaceAll("/", ".")), value);
      case "type":
        return rule === "array"
          ? Array.isArray(value)
          : rule === "object"
            ? isTable(value)
            : typeof value === rule;
      case "enum":
        return Array.isArray(rule) && rule.includes(value);
      case "pattern":
        return typeof value !== "string" || new RegExp(String(rule), "u").test(value);
      case "exclusiveMinimum":
        return typeof value !== "number" || value > Number(rule);
      case "maximum":
        return typeof value !== "number" || value <= Number(rule);
      case "maxLength":
        return typeof value !== "string" || value.length <= Number(rule);
      case "minItems":
        return !Array.isArray(value) || value.length >= Number(rule);
      case "items":
        return !Array.isArray(value) || value.every((item) => accepts(rule, item));
      case "required":
        return (
          !isTable(value) || (Array.isArray(rule) && rule.every((key) => Object.hasOwn(value, String(key))))
        );
      case "additionalProperties":
        return (
          !isTable(value) ||
          Object.keys(value).every((key) => Object.hasOwn(Object(schema["properties"]), key))
        );
      case "properties":
        assert.ok(isTable(rule));
        return (
          !isTable(value) ||
          Object.entries(rule).every(([key, each]) => !Object.hasOwn(value, key) || accepts(each, value[key]))
        );
      default:
        assert.ok(["$schema", "$id", "$defs", "title", "description", "default"].includes(keyword), keyword);
        return true;
    }
  });
}

const GOOD: readonly unknown[] = [
  {},
  { "heal-mtimes": true },
  { "time-limit": 0.5 },
  { preset: "none", mode: "foreground", strategy: "ladder", interpreter: "/usr/bin/python3" },
  {
    extension: [
      { name: "a", inputs: ["**/*.cu", "!x/..y/**"], outputs: ["a.so"], recipe: [["make", ""].slice(0, 1)] },
    ],
  },
  {
    extension: [
      {
        name: "a.b-c_1",
        "build-dirs": ["./build/"],
        environment: ["_X1"],
        require: ["a.b:c.d", "torch.ops.x.y"],
        optional: ["a.b:c", "a.b", "torch.ops.x.y", "torch.ops.x"],
      },
    ],
  },
];

const EXTENSION_FAULTS: readonly unknown[] = [
  {},
  { name: "" },
  { name: "-a" },
  { name: "a", inputs: [] },
  { name: "a", inputs: ["/x"] },
  { name: "a", inputs: ["!/x"] },
  { name: "a", inputs: ["a/../b"] },
  { name: "a", inputs: ["~/x"] },
  { name: "a", inputs: [".git/config"] },
  { name: "a", inputs: ["x".repeat(1001)] },
  { name: "a", outputs: "x" },
  { name: "a", outputs: ["a\0b"] },
  { name: "a", "build-dirs": ["."] },
  { name: "a", "build-dirs": ["./"] },
  { name: "a", "build-dirs": ["C:/x"] },
  { name: "a", recipe: ["make"] },
  { name: "a", recipe: [[]] },
  { name: "a", recipe: [["make", " "]] },
  { name: "a", environment: ["PATH"] },
  { name: "a", environment: ["A-B"] },
  { name: "a", require: ["a:"] },
  { name: "a", optional: ["a:b.c"] },
  { name: "a", optional: ["torch.ops.x.y:CUDA"] },
  { name: "a", tools: ["cc"] },
];

const FAULTS: readonly unknown[] = [
  [],
  { mode: "quick" },
  { strategy: 1 },
  { "heal-mtimes": "yes" },
  { "time-limit": "1h" },
  { "time-limit": 0 },
  { "time-limit": 10081 },
  { "heal-mtime": true },
  { interpreter: ["python"] },
  { interpreter: "../python" },
  { presets: "vllm" },
  { extension: { name: "a" } },
  { extension: ["a"] },
  ...EXTENSION_FAULTS.map((extension) => ({ extension: [extension] })),
];

for (const document of GOOD) {
  test(`schema and parser both take ${JSON.stringify(document)}`, () => {
    assert.deepEqual(parseConfig(document).problems, []);
    assert.ok(accepts(SCHEMA, document));
  });
}

for (const document of FAULTS) {
  test(`schema and parser both refuse ${JSON.stringify(document).slice(0, 80)}`, () => {
    assert.notDeepEqual(parseConfig(document).problems, []);
    assert.ok(!accepts(SCHEMA, document));
  });
}

test("the schema knows the presets that there are", () => {
  assert.deepEqual(tableAt(SCHEMA, "properties.preset")?.["enum"], [
    ...PRESETS.map(({ name }) => name),
    NO_PRESET,
  ]);
});

test("the schema's reason kinds are the closed list of the model", () => {
  const model = readFileSync(join(process.cwd(), "src", "model.ts"), "utf8");
  const union = /type ReasonKind =([^;]*);/.exec(model)?.[1] ?? "";
  assert.deepEqual(
    tableAt(SCHEMA, "$defs.reasonKind")?.["enum"],
    [...union.matchAll(/"([^"]+)"/g)].map((match) => match[1]),
  );
});

test("every example of the configuration page is taken, and it has a heading for every key", () => {
  const page = readFileSync(join(DOCS, "configuration.md"), "utf8");
  const examples = [...page.matchAll(/```toml\n([\s\S]*?)```/g)].map((match) => parseToml(match[1] ?? ""));
  assert.ok(examples.length >= 10);
  for (const example of examples) {
    assert.ok(example.ok);
    const config = tableAt(example.table, "tool.rebuild-if-needed") ?? example.table;
    assert.deepEqual(parseConfig(config).problems, []);
    assert.ok(accepts(SCHEMA, config));
  }
  const keys = [
    ...Object.keys(tableAt(SCHEMA, "properties") ?? {}),
    ...Object.keys(tableAt(SCHEMA, "$defs.extension.properties") ?? {}),
  ];
  const headings = [...page.matchAll(/^#+ \[*([\w-]+)\]*$/gm)].map((match) => match[1]);
  assert.deepEqual(
    keys.filter((key) => !headings.includes(key)),
    [],
  );
});
