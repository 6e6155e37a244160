/**
 * Scripts: commands to a simulated cluster, each with a transcript of what came of it. They are tests,
 * because a transcript that changes is a difference, and documentation, because they are read.
 *
 * ```text
 * # What stands behind a # is for people.
 * cluster members=3
 * run until leader quiet
 * propose n1 x=1
 * run until answered showing messages
 * ----
 * n1 -> n3 REQUEST 1 proposal
 * …
 * ```
 *
 * Commands up to `----` make a block; what they print stands behind it, up to an empty line. `command`
 * has all of them, `detail` what a `run` can show, `condition` what it can wait for.
 *
 * @packageDocumentation
 */
export { runScript, type ScriptOptions } from "./run-script.ts";
export { ScriptError } from "./script-error.ts";
