import { ScriptError } from "./script-error.ts";

/** Between commands and what they print. */
const RULE = "----";

/** A line of a script; numbers begin with 1. */
export interface ScriptLine {
  readonly number: number;
  readonly text: string;
}

/** Commands with the comments around them, up to where their transcript stands. */
export interface ScriptBlock {
  readonly lines: readonly ScriptLine[];
}

/** A script without its transcripts. */
export interface ScriptText {
  readonly blocks: readonly ScriptBlock[];
  /** What stands behind the last block. */
  readonly rest: readonly ScriptLine[];
}

/** Whether the line is for people only. */
export function isComment({ text }: ScriptLine): boolean {
  return text === "" || text.startsWith("#");
}

/**
 * Takes a script apart. A block ends with `----`, its transcript, and an empty line; a new block need
 * not have the first two.
 *
 * @throws {@link ScriptError}
 */
export function parseScript(name: string, text: string): ScriptText {
  const blocks: ScriptBlock[] = [];
  let lines: ScriptLine[] = [];
  let inTranscript = false;
  const end = (): void => {
    if (!lines.every(isComment)) blocks.push({ lines: lines.splice(0) });
  };
  for (const [i, raw] of text.replace(/\n$/, "").split("\n").entries()) {
    const line = { number: i + 1, text: raw.trimEnd() };
    if (inTranscript && line.text !== "") continue;
    if (line.text === "" && !inTranscript) end();
    inTranscript = line.text === RULE;
    if (!inTranscript) lines.push(line);
    else if (lines.every(isComment)) {
      throw new ScriptError(`${name}:${line.number}: ${RULE} stands behind no command`);
    } else end();
  }
  end();
  return { blocks, rest: lines };
}

/** Puts a script together again, with the transcripts of its blocks. */
export function printScript(
  { blocks, rest }: ScriptText,
  transcripts: readonly (readonly string[])[],
): string {
  const texts = blocks.flatMap(({ lines }, i) => [
    ...lines.map((line) => line.text),
    RULE,
    ...(transcripts[i] ?? []),
  ]);
  return [...texts, ...rest.map((line) => line.text)].join("\n") + "\n";
}
