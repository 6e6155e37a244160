import type { Effect, Persist, Trace } from "../../effect.ts";
import type { ProtocolEvent } from "../../event.ts";
import type { NodeId } from "../../ids.ts";
import { formatPositions } from "../sim/format-positions.ts";
import type { ProtocolWords } from "../sim/protocol-words.ts";
import type { Topic } from "./detail.ts";

/** The rest of a sentence about a member, and whom it interests; null: everybody. */
export interface Remark {
  readonly topic: Topic | null;
  readonly text: string;
}

/** What an event has to say that no effect and no trace says. */
export function wordEvent<Message>(event: ProtocolEvent<Message>): Remark | null {
  switch (event.kind) {
    case "linkUp":
      return { topic: "links", text: `is linked with ${event.peer}` };
    case "linkDown":
      return { topic: "links", text: `loses its link with ${event.peer}` };
    case "entriesLoaded":
      return { topic: "disk", text: `has read back ${formatPositions(event.run.entries)}` };
    case "snapshotTaken":
      return { topic: "disk", text: `has on disk: its snapshot at ${event.meta.position.index}` };
    case "snapshotReceived": {
      const { from, meta } = event;
      return { topic: "disk", text: `has all of ${from}'s snapshot at ${meta.position.index}` };
    }
    case "snapshotInstalled":
      return { topic: "disk", text: "has on disk: the snapshot, in place of its log" };
    case "tick":
    case "receive":
    case "propose":
    case "readBarrier":
    case "transfer":
    case "checkpoint":
    case "persisted":
    case "applied":
    case "snapshotSent":
    case "storageStalled":
    case "storageFull":
    case "storageAvailable":
      return null;
  }
}

/** What an effect has to say; messages and commands are told when they leave and are applied. */
export function wordEffect<Message>(
  member: NodeId,
  effect: Effect<Message>,
  words: ProtocolWords<Message>,
): Remark | null {
  switch (effect.kind) {
    case "persist":
      return { topic: "disk", text: `writes: ${wordPersist(effect, words)}` };
    case "loadEntries":
      return { topic: "disk", text: `reads back its log from ${effect.first} on` };
    case "takeSnapshot":
      return { topic: "disk", text: `writes: a snapshot at ${effect.meta.position.index}` };
    case "discardSnapshot":
      return { topic: "disk", text: "throws a snapshot away" };
    case "streamSnapshot":
      return { topic: "disk", text: `streams its snapshot to ${effect.to}` };
    case "trimLog":
      return { topic: "disk", text: `drops its log through ${effect.through}` };
    case "leadershipChanged": {
      const { leader, ready, term } = effect;
      // A leader is one when it can serve.
      if (leader === null || (leader === member && !ready)) return null;
      const does = ready ? "leads" : `follows ${leader} in`;
      return { topic: null, text: `${does} ${words.term} ${term}` };
    }
    case "trace": {
      const text = wordTrace(effect.trace, words);
      return text === null ? null : { topic: null, text };
    }
    case "send":
    case "apply":
    case "installSnapshot":
    case "proposalAppended":
    case "proposalRejected":
    case "proposalLost":
    case "termSettled":
    case "readReady":
    case "readFailed":
    case "transferred":
    case "transferFailed":
    case "configurationChanged":
      return null;
  }
}

/** What a request to the disk holds, in the order in which it is carried out. */
export function wordPersist<Message>(
  { truncateFrom, run, hardState }: Persist,
  words: ProtocolWords<Message>,
): string {
  const parts: string[] = [];
  if (truncateFrom !== null) parts.push(`the log ends at ${truncateFrom - 1}`);
  if (run !== null) parts.push(formatPositions(run.entries));
  if (hardState !== null) parts.push(words.hardState(hardState));
  return parts.join("; ");
}

/** Some traces are the replica's, whatever the protocol. */
function wordTrace<Message>(trace: Trace, words: ProtocolWords<Message>): string | null {
  const { facts } = trace;
  switch (trace.name) {
    case "truncated":
      return `drops ${formatSpan(facts["from"], facts["last"])} from its log`;
    case "snapshot-installed":
      return `installs a snapshot that stands at ${String(facts["index"])}`;
    default:
      return words.trace(trace);
  }
}

type Fact = Trace["facts"][string] | undefined;

function formatSpan(from: Fact, through: Fact): string {
  return from === through ? String(from) : `${String(from)}-${String(through)}`;
}
