/** Dependency files as compilers write them: rules for make. Pure. */

export interface MakeRule {
  readonly targets: readonly string[];
  readonly prerequisites: readonly string[];
}

/**
 * Reads the rules of one or more dependency files. Escapes are those that gcc, clang and nvcc write: a backslash before
 * a blank or `#`, `$$` for a dollar, a backslash at the end of a line that goes on.
 */
export function parseMakeRules(text: string): MakeRule[] {
  return text
    .replace(/\\\r?\n/g, " ")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "")
    .map(parseRule);
}

function parseRule(line: string): MakeRule {
  const targets: string[] = [];
  const prerequisites: string[] = [];
  let isPastColon = false;
  for (const word of splitWords(line)) {
    const isLast = word.endsWith(":");
    if (isPastColon && !isLast) prerequisites.push(unescape(word));
    else if (!isPastColon && !isLast) targets.push(unescape(word));
    else if (isLast) {
      // A colon further on is another rule whose line was mixed into this one: a name more does no harm.
      if (word !== ":") (isPastColon ? prerequisites : targets).push(unescape(word.slice(0, -1)));
      isPastColon = true;
    }
  }
  return { targets, prerequisites };
}

/** At blanks that no odd number of backslashes stands before. */
function splitWords(line: string): string[] {
  return line.match(/(?:\\.|[^\s\\])+/g) ?? [];
}

function unescape(word: string): string {
  return word.replace(/\\([ #\t\\:])/g, "$1").replaceAll("$$", "$");
}
