import type { Effect, Persist } from "../../effect.ts";
import type { Entry } from "../../entry.ts";
import type { ProtocolEvent } from "../../event.ts";
import type { NodeId } from "../../ids.ts";
import type { GroupView } from "../../protocol.ts";

/** Sees what members do, at the moment they do it. {@link SimTrace} is a protocol's side of it, in words. */
export interface SimListener<Message> {
  /** A process life begins; the view is of what it found on its disks. */
  started(member: NodeId, view: GroupView): void;
  stepped(member: NodeId, event: ProtocolEvent<Message>): void;
  /** A turn ended with these effects; none of them is honoured yet. */
  turned(member: NodeId, effects: readonly Effect<Message>[]): void;
  /** A message leaves: what it waited for is durable. */
  sent(member: NodeId, to: NodeId, message: Message): void;
  /** The disk has it. */
  becameDurable(member: NodeId, persist: Persist): void;
  /** The state machine has applied the command. */
  applied(member: NodeId, entry: Entry): void;
}
