import type { Effect } from "../../effect.ts";
import type { ProtocolEvent } from "../../event.ts";
import { formatPositions } from "./format-positions.ts";
import type { SimProtocol } from "./sim-protocol.ts";

/** The facts of an event, for a transcript. */
export function describeEvent<Message>(
  event: ProtocolEvent<Message>,
  protocol: SimProtocol<Message>,
): string {
  switch (event.kind) {
    case "receive":
      return `${event.from}: ${protocol.words.message(event.message)}`;
    case "propose":
      return event.proposals.map((proposal) => proposal.id).join(" ");
    case "entriesLoaded":
      return `${event.first}: ${formatPositions(event.run.entries)}`;
    case "snapshotTaken":
      return describeFields({ index: event.meta.position.index });
    case "snapshotReceived":
      return describeFields({ from: event.from, index: event.meta.position.index });
    default: {
      const { kind: _kind, ...fields } = event;
      return describeFields(fields);
    }
  }
}

/** The facts of an effect, for a transcript. */
export function describeEffect<Message>(
  effect: Effect<Message>,
  protocol: SimProtocol<Message>,
): string {
  switch (effect.kind) {
    case "persist": {
      const { ticket, truncateFrom, run, hardState } = effect;
      const ballot = hardState === null ? null : protocol.ballot(hardState);
      const facts = { ticket, truncateFrom, term: ballot?.term, vote: ballot?.vote };
      return `${describeFields(facts)} ${formatPositions(run?.entries ?? [])}`;
    }
    case "send":
      return `${effect.to}: ${protocol.words.message(effect.message)} after=${String(effect.after)}`;
    case "apply":
      return `${effect.entries[0]?.index}..${effect.entries.at(-1)?.index}`;
    case "takeSnapshot":
    case "installSnapshot":
      return describeFields({ ...effect.meta.position });
    case "termSettled":
      return describeFields({ ...effect.position });
    case "proposalAppended":
      return describeFields({ id: effect.id, ...effect.position });
    case "configurationChanged":
      return "";
    case "trace":
      return `${effect.trace.name} ${describeFields(effect.trace.facts)}`;
    default: {
      const { kind: _kind, ...fields } = effect;
      return describeFields(fields);
    }
  }
}

function describeFields(fields: object): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(" ");
}
