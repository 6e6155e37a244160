import type { Effect, Persist } from "../../effect.ts";
import type { Entry } from "../../entry.ts";
import type { ProtocolEvent } from "../../event.ts";
import type { NodeId } from "../../ids.ts";
import type { GroupView } from "../../protocol.ts";
import { formatPositions } from "../sim/format-positions.ts";
import type { ProtocolWords } from "../sim/protocol-words.ts";
import { decodeRegisterCommand } from "../sim/register-machine.ts";
import type { SimListener } from "../sim/sim-listener.ts";
import type { Detail, Topic } from "./detail.ts";
import type { RegisterNames } from "./register-names.ts";
import { wordEffect, wordEvent, wordPersist, type Remark } from "./wording.ts";

/** A message that left one member for several at one moment. */
interface Mailing {
  readonly text: string;
  readonly to: NodeId[];
}

/** Words what happens in a cluster, as far as a command wants to see it. */
export class Transcript<Message> implements SimListener<Message> {
  readonly #words: ProtocolWords<Message>;
  readonly #registers: RegisterNames;
  readonly #time: () => number;
  readonly #links = new Map<NodeId, Set<NodeId>>();
  #detail: Detail = new Set();
  #beganAt = 0;
  #lines: string[] = [];
  #sent: { readonly from: NodeId; readonly to: NodeId; readonly kind: string }[] = [];
  #mailings: { readonly from: NodeId; readonly time: number; readonly all: Mailing[] } | null =
    null;

  constructor(words: ProtocolWords<Message>, registers: RegisterNames, time: () => number) {
    this.#words = words;
    this.#registers = registers;
    this.#time = time;
  }

  /** A command begins. */
  begin(detail: Detail): void {
    this.#detail = detail;
    this.#beganAt = this.#time();
    this.#lines = [];
    this.#sent = [];
  }

  /** The lines since then. */
  end(): readonly string[] {
    this.#flush();
    return this.#lines;
  }

  /** Whether the member has sent a message of the kind since then, to whomever or to a certain one. */
  hasSent(member: NodeId, kind: string, to: NodeId | null): boolean {
    return this.#sent.some((message) => {
      const { from } = message;
      return from === member && message.kind === kind && (to === null || message.to === to);
    });
  }

  say(text: string): void {
    this.#flush();
    this.#print(text);
  }

  started(member: NodeId, { term, last }: GroupView): void {
    this.#links.set(member, new Set());
    if (term > 0 || last > 0) this.#remark(member, { topic: null, text: "starts again" });
  }

  stepped(member: NodeId, event: ProtocolEvent<Message>): void {
    if (event.kind === "linkUp") this.#links.get(member)?.add(event.peer);
    if (event.kind === "linkDown") this.#links.get(member)?.delete(event.peer);
    this.#remark(member, wordEvent(event));
  }

  turned(member: NodeId, effects: readonly Effect<Message>[]): void {
    // What a member decides comes first in the telling, though its disk is first to be told.
    const writes = effects.filter(({ kind }) => kind === "persist");
    const others = effects.filter(({ kind }) => kind !== "persist");
    for (const effect of [...others, ...writes]) {
      this.#remark(member, wordEffect(member, effect, this.#words));
    }
  }

  sent(from: NodeId, to: NodeId, message: Message): void {
    // Without a link it leaves for nowhere.
    if (this.#links.get(from)?.has(to) !== true) return;
    const text = this.#words.message(message);
    this.#sent.push({ from, to, kind: text.split(" ")[0] ?? "" });
    if (!this.#wants(this.#words.isHeartbeat(message) ? "heartbeats" : "messages")) return;
    const time = this.#time();
    if (this.#mailings?.from !== from || this.#mailings.time !== time) this.#flush();
    this.#mailings ??= { from, time, all: [] };
    mail(this.#mailings.all, text, to);
  }

  becameDurable(member: NodeId, persist: Persist): void {
    const text = `has on disk: ${wordPersist(persist, this.#words)}`;
    this.#remark(member, { topic: "disk", text });
  }

  applied(member: NodeId, entry: Entry): void {
    const { register, value } = decodeRegisterCommand(entry.data);
    const command = `${this.#registers.name(register)}=${value}`;
    this.#remark(member, {
      topic: "applies",
      text: `applies ${formatPositions([entry])} ${command}`,
    });
  }

  #remark(member: NodeId, remark: Remark | null): void {
    if (remark !== null && this.#wants(remark.topic)) this.say(`${member} ${remark.text}`);
  }

  #wants(topic: Topic | null): boolean {
    return this.#detail !== "quiet" && (topic === null || this.#detail.has(topic));
  }

  #flush(): void {
    const mailings = this.#mailings;
    this.#mailings = null;
    if (mailings === null) return;
    for (const { text, to } of mailings.all) {
      this.#print(`${mailings.from} -> ${to.join(" ")} ${text}`, mailings.time);
    }
  }

  #print(text: string, time: number = this.#time()): void {
    if (this.#detail === "quiet") return;
    const elapsed = Math.round(time - this.#beganAt);
    this.#lines.push(
      this.#detail.has("times") ? `${String(elapsed).padStart(6)} ms  ${text}` : text,
    );
  }
}

/**
 * Puts equal messages together, unless that would show one receiver its messages in another order. What
 * a receiver is told twice in a row is shown once.
 */
function mail(all: Mailing[], text: string, to: NodeId): void {
  const last = all.findLastIndex((mailing) => mailing.to.includes(to));
  if (all[last]?.text === text) return;
  const mailing = all.slice(last + 1).find((later) => later.text === text);
  if (mailing === undefined) all.push({ text, to: [to] });
  else mailing.to.push(to);
}
