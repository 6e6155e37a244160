/** A script that cannot be understood or carried out; the message begins with the file and the line. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
}
