import type { ServerFacts } from "../facts/index.ts";
import type { JsonObject } from "./json.ts";

/** What came of a command: its own fields, or why there are none. */
export type Outcome =
  | { readonly kind: "told"; readonly fields: JsonObject }
  | { readonly kind: "refused"; readonly why: string };

/** Something that an operator can ask for. */
export interface Command {
  /** The one that it is listed and answered under. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** Whether a server that serves nobody answers it, too. */
  readonly always: boolean;
  readonly run: (facts: ServerFacts) => Outcome | Promise<Outcome>;
}

export function told(fields: JsonObject): Outcome {
  return { kind: "told", fields };
}

export function refused(why: string): Outcome {
  return { kind: "refused", why };
}
