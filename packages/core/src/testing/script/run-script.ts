import { toQuorateError } from "../../errors.ts";
import type { SimProtocol } from "../sim/sim-protocol.ts";
import { parseCommand } from "./command.ts";
import { ScriptError } from "./script-error.ts";
import { isComment, parseScript, printScript } from "./script-text.ts";
import { Stage } from "./stage.ts";

/** What {@link runScript} is given. */
export interface ScriptOptions<Message> {
  readonly protocol: SimProtocol<Message>;
  /** For errors: the file that the script is in. */
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a script and returns it with the transcripts that its commands have now: equal to what was
 * given when nothing has changed.
 *
 * @throws {@link ScriptError} with file and line
 */
export function runScript<Message>({ protocol, name, text }: ScriptOptions<Message>): string {
  const script = parseScript(name, text);
  const stage = new Stage(protocol);
  const transcripts = script.blocks.map(({ lines }) =>
    lines.flatMap((line) => {
      if (isComment(line)) return [];
      try {
        return stage.perform(parseCommand(line.text));
      } catch (thrown) {
        const place = `${name}:${line.number}`;
        if (thrown instanceof ScriptError) throw new ScriptError(`${place}: ${thrown.message}`);
        const { message } = toQuorateError(thrown);
        throw new ScriptError(`${place}: ${message}`, { cause: thrown });
      }
    }),
  );
  return printScript(script, transcripts);
}
