/** Conditions of build files of which only some parts are known: true, false, or null for "either". */

/** Tokens `!`, `&&`, `||`, `(`, `)`; anything else is an atom, whose value `atom` tells. */
export function evaluate(tokens: readonly string[], atom: (text: string) => boolean | null): boolean | null {
  let at = 0;
  const or = (): boolean | null => {
    let value = and();
    while (tokens[at] === "||") {
      at++;
      const right = and();
      value = value === true || right === true ? true : value === null || right === null ? null : false;
    }
    return value;
  };
  const and = (): boolean | null => {
    let value = not();
    while (tokens[at] === "&&") {
      at++;
      const right = not();
      value = value === false || right === false ? false : value === null || right === null ? null : true;
    }
    return value;
  };
  const not = (): boolean | null => {
    const token = tokens[at++];
    if (token === "!") {
      const value = not();
      return value === null ? null : !value;
    }
    if (token !== "(") return token === undefined ? null : atom(token);
    const value = or();
    if (tokens[at] === ")") at++;
    return value;
  };
  return or();
}

/** Follows an if / else-if / else chain: which of its branches can be live? */
export class Branches {
  private readonly open: { live: boolean; taken: boolean; outer: boolean }[] = [];

  /** Is the present line live? */
  get live(): boolean {
    return this.open.at(-1)?.live ?? true;
  }

  if(value: boolean | null): void {
    this.open.push({ live: this.live && value !== false, taken: value === true, outer: this.live });
  }

  elseIf(value: boolean | null): void {
    const chain = this.open.at(-1);
    if (chain === undefined) return;
    chain.live = chain.outer && !chain.taken && value !== false;
    chain.taken ||= value === true;
  }

  end(): void {
    this.open.pop();
  }
}
