import { z } from "zod";
import { readBy } from "../server/setting-types.ts";
import { hostProblem, parsePort } from "./host-port.ts";

/** How each key of `Keys` is read from its text, or from there being none. */
export type KeyShape<Keys> = {
  readonly [Key in keyof Keys]-?: z.ZodType<Keys[Key], string | undefined>;
};

/** The largest of Java's int, and the longest that a timer waits, in milliseconds. */
export const INT_MAX = 0x7fff_ffff;

export const trueOrFalse: z.ZodType<boolean, string> = readBy(
  (text) => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() === "true" : null),
  (text) => `"${text}" is not one of true, false`,
);

export const port: z.ZodType<number, string> = readBy(
  parsePort,
  (text) => `"${text}" is not a port: write a number from 1 to 65535`,
);

export const host: z.ZodType<string, string> = readBy(
  (text) => (hostProblem(text) === null ? text : null),
  (text) => `${hostProblem(text) ?? text}: write an address of this machine`,
);

export const fileName: z.ZodType<string, string> = z.string().min(1, "must name a file");
