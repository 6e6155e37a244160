import { JSON_TYPE, type Endpoint, type HttpAnswer, type Route } from "../../http/index.ts";
import type { ServerFacts } from "../facts/index.ts";
import type { Command, Outcome } from "./command.ts";
import { CONNECTION_COMMANDS } from "./connection-commands.ts";
import { ENSEMBLE_COMMANDS } from "./ensemble-commands.ts";
import { jsonText } from "./json.ts";
import { MISSING_COMMANDS } from "./missing-commands.ts";
import { SERVER_COMMANDS } from "./server-commands.ts";
import { SESSION_COMMANDS } from "./session-commands.ts";
import { SETTINGS_COMMANDS } from "./settings-commands.ts";

const COMMANDS: readonly Command[] = [
  ...CONNECTION_COMMANDS,
  ...ENSEMBLE_COMMANDS,
  ...MISSING_COMMANDS,
  ...SERVER_COMMANDS,
  ...SESSION_COMMANDS,
  ...SETTINGS_COMMANDS,
];

const BY_NAME: ReadonlyMap<string, Command> = new Map(
  COMMANDS.flatMap((command) => [command.name, ...command.aliases].map((name) => [name, command])),
);

const NOT_SERVING = "This ZooKeeper instance is not currently serving requests";

/**
 * Leads to what an operator can ask, as in ZooKeeper's AdminServer: a list of links at the URL, and
 * every command below it. What goes wrong is told inside the answer, whose status is 200 all the same.
 *
 * @param commandUrl - `/commands`
 */
export function adminRoute(commandUrl: string, facts: () => ServerFacts): Route {
  const below = `${commandUrl}/`;
  return (path) => {
    if (path === commandUrl || path === below) return links(below);
    if (!path.startsWith(below)) return undefined;
    return async () => json(path.slice(below.length), facts());
  };
}

function links(below: string): Endpoint {
  const names = COMMANDS.map(({ name }) => name).sort();
  const body = names.map((name) => `<a href="${below}${name}">${name}</a>\n<br/>\n`).join("");
  return () => Promise.resolve({ status: 200, type: "text/html; charset=utf-8", body });
}

async function json(name: string, facts: ServerFacts): Promise<HttpAnswer> {
  const command = BY_NAME.get(name);
  const outcome = await run(name, command, facts);
  const fields = outcome.kind === "told" ? outcome.fields : {};
  const error = outcome.kind === "told" ? null : outcome.why;
  const body = jsonText({ ...fields, command: command?.name ?? name, error });
  return { status: 200, type: JSON_TYPE, body };
}

async function run(
  name: string,
  command: Command | undefined,
  facts: ServerFacts,
): Promise<Outcome> {
  if (command === undefined) return { kind: "refused", why: `Unknown command: ${name}` };
  if (facts.service === "none" && !command.always) return { kind: "refused", why: NOT_SERVING };
  return command.run(facts);
}
