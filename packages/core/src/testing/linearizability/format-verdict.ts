import { drawBars } from "./draw-bars.ts";
import type { Model } from "./model.ts";
import type { History, Operation } from "./operation.ts";
import type { Start } from "./search/search.ts";
import type { Offence, Verdict } from "./verdict.ts";

/** Of each list, so that a report can be read, whatever the history. */
const LINES_MAX = 30;
const LINE_LENGTH_MAX = 160;

/**
 * The verdict in words: "linearizable", or what is wrong. Of a violation it tells the states in which
 * the object may have been, and who did what when from then on, until no order was left.
 */
export function formatVerdict<Input, Output, State>(
  model: Model<Input, Output, State>,
  verdict: Verdict<Input, Output, State>,
): string {
  switch (verdict.kind) {
    case "linearizable":
      return "linearizable";
    case "undecided":
      return `${verdict.part} is undecided: ${verdict.steps} steps were not enough to tell`;
    case "violation":
      return formatOffence(model, verdict.part, verdict.offence).map(shorten).join("\n");
  }
}

function formatOffence<Input, Output, State>(
  model: Model<Input, Output, State>,
  part: string,
  { explained, starts, operations, culprit, before }: Offence<Input, Output, State>,
): readonly string[] {
  const bars = drawBars(operations, culprit);
  const rows = operations.map((operation, i) => [
    `${operation.client}`,
    bars[i] ?? "",
    ...wordsFor(model, operation),
    operation === culprit ? "<- explained by no order" : "",
  ]);
  return [
    `${part} is not linearizable: no order of the last ${operations.length} operations explains them`,
    `after ${explained} answers that can be explained, the state was`,
    ...indented(starts.map((start) => wordStart(model, start, operations))),
    "then came",
    ...indented(inColumns(rows)),
    ...(before.length === 0 ? [] : ["the last changes before that were"]),
    ...indented(inColumns(before.map((each) => [`${each.client}`, ...wordsFor(model, each)]))),
  ];
}

function wordStart<Input, Output, State>(
  model: Model<Input, Output, State>,
  { state, done }: Start<Input, Output, State>,
  operations: History<Input, Output>,
): string {
  const early = operations
    .filter((operation) => done.has(operation))
    .map(
      ({ client, input, answer }) => `${client} ${model.describe(input, answer?.output ?? null)}`,
    );
  const text = model.describeState(state);
  return early.length === 0 ? text : `${text}, after ${early.join(", and ")}`;
}

/** When it was, and what. */
function wordsFor<Input, Output>(
  model: Model<Input, Output, unknown>,
  { input, invoked, answer }: Operation<Input, Output>,
): readonly [string, string] {
  const end = answer === null ? "never answered" : `to ${wordTime(answer.at)}`;
  return [`${wordTime(invoked)} ${end}`, model.describe(input, answer?.output ?? null)];
}

function wordTime(time: number): string {
  return `${Math.round(time * 1000) / 1000}`;
}

/** The last lines, for it is the end that matters. */
function indented(lines: readonly string[]): readonly string[] {
  const kept = lines.slice(-LINES_MAX).map((line) => `  ${line}`);
  const left = lines.length - kept.length;
  return left === 0 ? kept : [`  (${left} more)`, ...kept];
}

function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function shorten(line: string): string {
  return line.length <= LINE_LENGTH_MAX ? line : `${line.slice(0, LINE_LENGTH_MAX - 3)}...`;
}
