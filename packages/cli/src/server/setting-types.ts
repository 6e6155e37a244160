import { z } from "zod";

/** A text that `read` makes a value of, or null, for which `problem` has the words. */
export function readBy<Value>(
  read: (text: string) => Value | null,
  problem: (text: string) => string,
): z.ZodType<Value, string> {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: problem(text) });
    return z.NEVER;
  });
}

/** A text that must be a whole number of `unit` from `least` to `most`. */
export function wholeNumber(least: number, most: number, unit: string): z.ZodType<number, string> {
  return readBy(
    (text) => {
      const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : null;
    },
    (text) => `"${text}" is not a whole number of ${unit} from ${least} to ${most}`,
  );
}

/** A text that must be one of the choices. */
export function oneOf<const Choice extends string>(
  ...choices: readonly Choice[]
): z.ZodType<Choice, string> {
  return z.enum(choices, {
    error: (issue) => `"${String(issue.input)}" is not one of ${choices.join(", ")}`,
  });
}
