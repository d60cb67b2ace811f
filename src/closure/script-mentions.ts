import type { SourceFacts } from "./facts.ts";

/**
 * What a generator names: headers that it writes into its output, templates that it fills, modules that it
 * imports. A name that it computes is a wildcard: `kernel_{dtype}.cuh` is `kernel_*.cuh`.
 */
export function readScriptMentions(text: string): SourceFacts {
  const includes = new Set<string>();
  for (const [word] of text.matchAll(MENTION)) {
    const name = word.replace(/\{[^{}]*\}|%\([\w]+\)[sd]|%[sd]|\$\{?\w+\}?/g, "*").replace(/^[*/]*\//, "");
    if (!/^\*?\.\w+$/.test(name) || TEMPLATE.test(name)) includes.add(name);
  }
  for (const [, from = ""] of text.matchAll(/^[ \t]*from[ \t]+(\.*[\w.]*)[ \t]+import\b/gm)) {
    addModule(includes, from);
  }
  for (const [, list = ""] of text.matchAll(/^[ \t]*import[ \t]+([\w., \t]+)/gm)) {
    for (const name of list.split(",")) addModule(includes, name.trim().split(/\s/)[0] ?? "");
  }
  return { includes: [...includes], searched: [] };
}

const MENTION =
  /(?:[\w./*+-]|\{[^{}\n]*\}|%\(\w+\)[sd]|%[sd]|\$\{?\w+\}?)*\.(?:c|cc|cpp|cxx|cu|cuh|hip|h|hh|hpp|hxx|inl|inc|ipp|tcc|tpp|def|pyx|pxd|pxi|in|j2|jinja2?|tmpl|template|mako|json|ya?ml|csv|toml)(?![\w.])/g;
const TEMPLATE = /\.(?:in|j2|jinja2?|tmpl|template|mako)$/;

function addModule(includes: Set<string>, module: string): void {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const up = dots === 0 ? "" : dots === 1 ? "./" : "../".repeat(dots - 1);
  const rest = module.slice(dots).replaceAll(".", "/");
  if (rest === "") return;
  includes.add(`${up}${rest}.py`);
  includes.add(`${up}${rest}/__init__.py`);
}
