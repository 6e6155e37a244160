import type { ErrorCode, Prng } from "@quorate/core";
import { MemberUnderTest, SELF, type Answer, type BegunCall } from "../api/member-under-test.ts";
import { decodeMessage } from "./decode-message.ts";
import type { ApiMethod } from "./methods.ts";
import { must, Replica, restore, snapshotOf } from "./replica.ts";
import { RESPONSES } from "./response-tables.ts";
import type { Remains, World } from "./values.ts";

/** Rounds of the loop in which everything that was asked must have come to rest. */
const ROUNDS_MAX = 20_000;

/** Far more than a request takes, and far less than a hang. */
const REST_WITHIN_MILLIS = 20_000;

/** Calls that may wait for other clients, or for nothing. */
const OPEN_MAX = 30;

const INTERNAL = 13;

interface Call {
  readonly method: ApiMethod;
  readonly begun: BegunCall;
  readonly isStream: boolean;
}

/** A member that is asked anything at all, and watched whether it keeps to the rules. */
export class FuzzedMember {
  readonly #under: MemberUnderTest;
  readonly #replica = new Replica();
  /** Begun since the member was last at rest. */
  #fresh: Call[] = [];
  /** Those that stay open for longer. */
  #open: Call[] = [];
  /** Those that were answered when it was last at rest. */
  #answered: Call[] = [];

  constructor(quotaBytes: number | null) {
    this.#under = new MemberUnderTest({ quotaBytes });
  }

  get world(): World {
    const { store, leases } = this.#under.machine;
    return {
      revision: store.revision,
      compacted: store.compacted,
      leases: [...leases].slice(0, 20).map(({ id }) => id),
      member: BigInt(`0x${SELF}`),
    };
  }

  get remains(): Remains {
    const { leases, alarms } = this.#under.machine;
    return { leases: [...leases].map(({ id }) => id), alarms: [...alarms] };
  }

  /** A client calls a method: with one message, or on a stream with some. */
  call(method: ApiMethod, messages: readonly Uint8Array[]): void {
    const isStream = method.ends === "halfClose" || method.ends === "cancel";
    const begun = this.#under.begin(method.path, isStream ? undefined : messages[0]);
    if (isStream) for (const message of messages) begun.send(message);
    this.#fresh.push({ method, begun, isStream });
  }

  /** On a stream that is open already, if there is one. */
  sayMore(prng: Prng, path: string, message: Uint8Array): boolean {
    const streams = this.#open.filter((call) => call.isStream && call.method.path === path);
    if (streams.length === 0) return false;
    prng.pick(streams).begun.send(message);
    return true;
  }

  /** Some client does not wait any longer. */
  cancelOne(prng: Prng): void {
    const calls = prng.chance(0.5) ? this.#fresh : this.#open;
    const [call] = calls.splice(prng.below(calls.length), 1);
    call?.begun.cancel();
  }

  /** Some client of a stream has said everything. */
  halfCloseOne(prng: Prng): void {
    const calls = this.#open.filter(({ method }) => method.ends === "halfClose");
    if (calls.length > 0) this.#halfClose(prng.pick(calls));
  }

  pass(millis: number): void {
    this.#under.clock.now += millis;
    this.#under.member.tick();
  }

  /** Everything under way fails. */
  fail(code: ErrorCode): void {
    this.#under.fail(code);
  }

  /** Lets the log answer until nothing is under way; then every call must have what it is due. */
  rest(): void {
    this.#rest();
    for (const { method, begun } of this.#answered) {
      must(begun.answers.length === 0, `${method.path} is answered once`);
    }
    const calls = [...this.#open, ...this.#fresh.splice(0)];
    const isOver = calls.map((call) => this.#isOver(call));
    this.#open = calls.filter((_, i) => !isOver[i]);
    this.#answered = calls.filter(({ isStream }, i) => isOver[i] && !isStream);
    // Every client gives up some time.
    for (const { begun } of this.#open.splice(0, this.#open.length - OPEN_MAX)) begun.cancel();
  }

  /** The members are equal, and this one goes on as well from its own snapshot. */
  compare(prng: Prng): void {
    this.rest();
    const { machine } = this.#under;
    this.#replica.compareWith(machine);
    if (prng.chance(0.2)) restore(machine, snapshotOf(machine));
  }

  /** All clients leave: nothing may be left of them. */
  end(prng: Prng): void {
    for (const call of this.#open.filter(({ method }) => method.ends === "halfClose")) {
      this.#halfClose(call);
    }
    this.rest();
    for (const { begun } of this.#open.splice(0)) begun.cancel();
    this.rest();
    must(this.#under.requests.pending === 0, "nothing is under way when all have gone");
    this.compare(prng);
  }

  #halfClose(call: Call): void {
    call.begun.halfClose();
    this.#rest();
    must(this.#isOver(call), `${call.method.path} ends when its client has said everything`);
    this.#open = this.#open.filter((other) => other !== call);
  }

  #rest(): void {
    const { log } = this.#under;
    const until = performance.now() + REST_WITHIN_MILLIS;
    let rounds = 0;
    let isBusy = true;
    while (isBusy) {
      must(++rounds < ROUNDS_MAX, `it comes to rest within ${ROUNDS_MAX} rounds`);
      must(performance.now() < until, `it comes to rest within ${REST_WITHIN_MILLIS} ms`);
      isBusy = log.proposed.length + log.reads.length + log.asked.length + log.transfers.length > 0;
      this.#commit();
      if (this.#under.turn()) isBusy = true;
    }
  }

  #commit(): void {
    const { log } = this.#under;
    for (const proposed of log.proposed) {
      const { command, done } = proposed;
      proposed.done = (outcome) => {
        if (outcome.kind === "done") this.#replica.take(command, outcome.result);
        done(outcome);
      };
    }
    this.#under.commit();
    for (const { done } of log.transfers.splice(0)) done(null);
    for (const { done } of log.asked.splice(0)) done(new Uint8Array(0));
  }

  /** Whether the call has come to its end; what it was sent must be as its method has it. */
  #isOver({ method, begun, isStream }: Call): boolean {
    const answers = begun.answers.splice(0);
    for (const answer of answers) checkAnswer(method, answer);
    const failed = answers.some(({ code }) => code !== 0);
    if (isStream) return failed || begun.ended();
    must(answers.length <= 1, `${method.path} is answered once`);
    must(method.ends === "turn" || answers.length === 1, `${method.path} is answered`);
    return answers.length > 0;
  }
}

function checkAnswer({ path, response }: ApiMethod, answer: Answer): void {
  if (answer.code === 0) return void decodeMessage(RESPONSES, response, answer.message);
  must(answer.text.length > 0, `${path} says why it fails`);
  const isUnreadable = answer.text.startsWith("grpc: error unmarshalling request: ");
  must(
    (answer.code === INTERNAL) === isUnreadable,
    `${path} fails with INTERNAL when it cannot read the request, and not else: ${answer.text}`,
  );
}
