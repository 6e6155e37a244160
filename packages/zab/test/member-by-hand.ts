import { appendRun, majorityOf, Prng, type Effect, type EntryRun } from "@quorate/core";
import { encodeEpochs, type Epochs } from "../src/epochs.ts";
import type { LeaderMessage, ZabMessage } from "../src/messages.ts";
import { Zab, zabTimes } from "../src/index.ts";

type WithoutSession<Message> = Message extends unknown ? Omit<Message, "session"> : never;

/** Member n1 of three, which follows n3 and is told things that no correct n3 would say. */
export class MemberByHand {
  readonly #zab: Zab;
  #session = 0;
  /** The messages of its last turn. */
  sent: readonly ZabMessage[] = [];
  /** Why it looked for a leader in its last turn; null when it did not. */
  looked: string | null = null;

  /** It has been elected whom to follow and waits for the leader's epoch. */
  constructor(epochs: Epochs, entries: number) {
    const members = ["n1", "n2", "n3"].map((id) => ({ id, addresses: [] }));
    const { entries: tail } = runOf(1, entries, epochs.current);
    this.#zab = new Zab({
      self: "n1",
      configuration: majorityOf(members),
      recovered: { hardState: encodeEpochs(epochs), snapshot: null, tail },
      prng: new Prng(1),
      times: zabTimes(100, 10, 5),
    });
    for (const peer of ["n2", "n3"]) this.#step({ kind: "linkUp", peer, incarnation: 1 });
    for (const from of ["n2", "n3"]) {
      const vote = { leader: "n3", epoch: 9, last: { term: 9, index: 9 } };
      this.#receive(from, { kind: "notification", state: "LOOKING", round: 1, vote });
    }
    this.#session = this.sent.find((message) => message.kind === "followerInfo")?.session ?? 0;
  }

  get role(): string {
    return this.#zab.view().role;
  }

  get last(): number {
    return this.#zab.view().last;
  }

  /** The leader says something in their session. */
  hear(message: WithoutSession<LeaderMessage>): void {
    this.#receive("n3", { ...message, session: this.#session });
  }

  /** The disk confirms everything up to the ticket. */
  persisted(ticket: number): void {
    this.#step({ kind: "persisted", ticket });
  }

  #receive(from: string, message: ZabMessage): void {
    this.#step({ kind: "receive", from, message });
  }

  #step(event: Parameters<Zab["step"]>[0]): void {
    this.#zab.step(event, { monotonic: 0, wall: 0 });
    const effects = this.#zab.takeEffects();
    this.sent = effects.flatMap((effect) => (effect.kind === "send" ? [effect.message] : []));
    this.looked = effects.map(whyLooking).find((why) => why !== null) ?? null;
  }
}

/** So many entries of one epoch. */
export function runOf(first: number, count: number, term: number): EntryRun {
  const drafts = Array.from({ length: count }, () => {
    return { kind: "command" as const, data: new Uint8Array(8) };
  });
  return appendRun(drafts, { first, term, time: 0 });
}

function whyLooking(effect: Effect<ZabMessage>): string | null {
  if (effect.kind !== "trace" || effect.trace.name !== "looking") return null;
  return String(effect.trace.facts["why"]);
}
