/**
 * Whether a program printed what a page says. In the page `<name>` stands for any text within a line,
 * and a line that is only `…` for any lines. How wide a table's columns are does not count.
 */
export function isExpected(page: string, printed: string): boolean {
  const lines = linesOf(page).map((line) =>
    line === "…" ? "(?:.*\\n)*" : `${patternOf(line)}\\n`,
  );
  const actual = linesOf(printed).map((line) => `${line}\n`);
  return new RegExp(`^${lines.join("")}$`).test(actual.join(""));
}

function linesOf(text: string): string[] {
  const trimmed = text.replace(/\n$/, "");
  return trimmed === "" ? [] : trimmed.split("\n").map(withoutWidths);
}

function withoutWidths(line: string): string {
  return line
    .trimEnd()
    .replaceAll(/[ \t]+/g, " ")
    .replaceAll(/─+/g, "─");
}

function patternOf(line: string): string {
  const literals = line.split(/<[a-z][^<>]*>/);
  return literals.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join(".+");
}
