/** What installers and setuptools tell of their own work: the log has it, a person does not miss it. Pure. */

const CHATTER = [
  // pip with -v
  /^(?:Using pip|Looking in (?:links|indexes)|Running command|Obtaining|Non-user install|Created temporary directory|Added .* to build tracker|Removed .* from|Building wheels for collected)\b/,
  /: (?:started|finished with status 'done')$/,
  // setuptools
  /^(?:running|creating|writing|reading|copying|adding|removing|byte-compiling|hard linking|Copying|Creating wheel|Editable install)\b/,
  /^(?:cc|gcc|g\+\+|c\+\+)? ?warning: no (?:previously-included )?(?:files|directories)\b/,
];

/** True for a line that says only that work goes on. */
export function isChatter(line: string): boolean {
  const text = line.trim();
  return !/error|fail/i.test(text) && CHATTER.some((pattern) => pattern.test(text));
}
