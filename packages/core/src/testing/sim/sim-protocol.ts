import type { Configuration } from "../../configuration.ts";
import type { NodeId } from "../../ids.ts";
import type { Prng } from "../../prng.ts";
import type { MessageCodec, Protocol, Recovered } from "../../protocol.ts";
import type { Ballot, CheckerFactory, SentPromise } from "../checkers/checker.ts";
import type { ProtocolWords } from "./protocol-words.ts";

/** Bounds of a protocol, by the names that it gives them. */
export type NamedLimits = Readonly<Record<string, number>>;

/** What one process life of a protocol is made from. */
export interface SimProtocolOptions {
  readonly self: NodeId;
  readonly configuration: Configuration;
  readonly recovered: Recovered;
  /** The protocol's own randomness; differs for every process life. */
  readonly prng: Prng;
  /** The same for every member and life of a simulation: limits and the like are derived from it. */
  readonly setting: number;
  /** Limits that a script asks for, beside the protocol's defaults; null: derive them from the setting. */
  readonly limits: NamedLimits | null;
  readonly electionMillis: number;
  readonly heartbeatMillis: number;
}

/** How the simulator makes and understands a protocol. */
export interface SimProtocol<Message> {
  readonly name: string;
  readonly codec: MessageCodec<Message>;
  /** Whether it is right also where single messages get lost, doubled or overtaken. */
  readonly toleratesUnreliableLinks: boolean;
  /** Whether a group of it may have members without a vote. */
  readonly hasObservers: boolean;
  /** Whether a leader of it can hand leadership to another member. */
  readonly handsOver: boolean;
  create(options: SimProtocolOptions): Protocol<Message>;
  /** Reads term and vote out of a hard state. */
  ballot(hardState: Uint8Array): Ballot;
  /** What others may rely on once the message has left; null for nothing. */
  promise(message: Message, to: NodeId): SentPromise | null;
  /** The limits that a script may set. */
  readonly limitNames: readonly string[];
  readonly words: ProtocolWords<Message>;
  /** Invariants of this protocol alone. */
  readonly checkers?: readonly CheckerFactory[];
}
