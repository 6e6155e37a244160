import { refused, told, type Command } from "./command.ts";

/** What ZooKeeper can be asked and has no meaning here: who asks is told why. */
export const MISSING_COMMANDS: readonly Command[] = [
  // Nothing can be traced here: no bit of the mask is ever set.
  { name: "get_trace_mask", aliases: ["gtmk"], always: true, run: () => told({ tracemask: 0 }) },
  missing("set_trace_mask", ["stmk"], "Nothing can be traced here: the mask stays 0"),
  missing(
    "system_properties",
    ["sysp"],
    "There is no JVM here, and it has no properties: ask for configuration and environment",
  ),
  missing(
    "initial_configuration",
    ["icfg"],
    "The text that the server was started with is not kept: ask for configuration",
  ),
  missing(
    "observer_connection_stat_reset",
    ["orst"],
    "Nothing is counted of observers' connections",
  ),
  missing("snapshot", ["snap"], "No snapshot is handed out over HTTP"),
  missing("restore", ["rest"], "No snapshot is taken in over HTTP"),
];

function missing(name: string, aliases: readonly string[], why: string): Command {
  return { name, aliases, always: true, run: () => refused(why) };
}
