import type { SourceFacts } from "./facts.ts";

/**
 * What a generator names: headers that it writes into its output, templates that it fills, modules that it
 * imports. A name that it computes is a wildcard: `kernel_{dtype}.cuh` is `kernel_*.cuh`.
 */
export function readScriptMentions(text: string): SourceFacts {
  const includes = new Set<string>();
  for (const match of text.matchAll(SUFFIX)) {
    const start = startOfWord(text, match.index);
    const word = text.slice(start, match.index) + match[0];
    const name = word.replace(/\{[^{}]*\}|%\(\w+\)[sd]|%[sd]|\$\{?\w+\}?/g, "*").replace(/^[*/]*\//, "");
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

const SUFFIX =
  /\.(?:c|cc|cpp|cxx|cu|cuh|hip|h|hh|hpp|hxx|inl|inc|ipp|tcc|tpp|def|pyx|pxd|pxi|in|j2|jinja2?|tmpl|template|mako|json|ya?ml|csv|toml)(?![\w.(])/g;
const TEMPLATE = /\.(?:in|j2|jinja2?|tmpl|template|mako)$/;

/** Backwards from the suffix over a path and the placeholders in it; one regular expression for that is quadratic. */
function startOfWord(text: string, end: number): number {
  let at = end;
  while (at > 0) {
    const char = text[at - 1] ?? "";
    if (/[\w./*+%$-]/.test(char)) at -= 1;
    else if (char === "}" || char === ")") {
      const open = text.lastIndexOf(char === "}" ? "{" : "%(", at - 1);
      if (open === -1 || text.slice(open, at).includes("\n")) return at;
      at = open;
    } else return at;
  }
  return at;
}

function addModule(includes: Set<string>, module: string): void {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0;
  const up = dots === 0 ? "" : dots === 1 ? "./" : "../".repeat(dots - 1);
  const rest = module.slice(dots).replaceAll(".", "/");
  if (rest === "") return;
  includes.add(`${up}${rest}.py`);
  includes.add(`${up}${rest}/__init__.py`);
}
