import type { Trace } from "../../effect.ts";
import type { GroupView } from "../../protocol.ts";

/** A protocol in words, for people who read transcripts. */
export interface ProtocolWords<Message> {
  /** What it calls a term. */
  readonly term: string;
  /** The message in one line; the first word names its kind. */
  message(message: Message): string;
  /** Whether the message only shows that its sender lives, as it does all the time. */
  isHeartbeat(message: Message): boolean;
  /** What a hard state says. */
  hardState(bytes: Uint8Array): string;
  /** What happened inside a member, as the rest of a sentence about it; null: effects say it too. */
  trace(trace: Trace): string | null;
  /** What a member is and does now. */
  member(view: GroupView): string;
}
