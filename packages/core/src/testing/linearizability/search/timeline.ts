import type { Specification } from "../model.ts";
import type { Answer, History, Operation } from "../operation.ts";

/** An operation whose client was answered. */
export interface Answered<Input, Output> {
  readonly operation: Operation<Input, Output>;
  readonly answer: Answer<Output>;
  readonly readsOnly: boolean;
  readonly rank: number | null;
}

/** Operations of unknown outcome that can stand in for each other, the oldest first. */
export type Interchangeable<Input, Output> = readonly Operation<Input, Output>[];

/**
 * A history by its answers. Level `i` is the moment before the `i`-th of them, when what was answered
 * before has taken effect and the `i`-th must.
 */
export class Timeline<Input, Output> {
  /** In the order of their answers: each by its level. */
  readonly answered: readonly Answered<Input, Output>[];
  /**
   * What may matter of what was never answered. The most numerous come first: where any of them would
   * do, one of many is the least loss.
   */
  readonly unanswered: readonly Interchangeable<Input, Output>[];
  readonly #underWay: UnderWay;

  /** @throws RangeError where an answer comes before its question */
  constructor(
    history: History<Input, Output>,
    specification: Specification<Input, Output, unknown>,
  ) {
    const answered: Answered<Input, Output>[] = [];
    const unanswered = new Map<string, Operation<Input, Output>[]>();
    for (const operation of history.toSorted((a, b) => a.invoked - b.invoked)) {
      const { client, input, invoked, answer } = operation;
      if (answer !== null) {
        if (!(invoked <= answer.at)) {
          throw new RangeError(
            `${client} asked at ${invoked} what it was answered at ${answer.at}`,
          );
        }
        const readsOnly = specification.readsOnly(input, answer.output);
        const rank = specification.rank?.(input, answer.output) ?? null;
        answered.push({ operation, answer, readsOnly, rank });
      } else if (!specification.readsOnly(input, null)) {
        const key = specification.inputKey(input);
        const alike = unanswered.get(key);
        if (alike === undefined) unanswered.set(key, [operation]);
        else alike.push(operation);
      }
    }
    this.answered = answered.sort((a, b) => a.answer.at - b.answer.at);
    this.unanswered = [...unanswered.values()].sort((a, b) => b.length - a.length);
    this.#underWay = followUnderWay(this.answered);
  }

  /** The moment until which what was invoked may take effect at the level. */
  endOf(level: number): number {
    return this.answered[level]?.answer.at ?? Infinity;
  }

  /** The levels of all answers whose operations may take effect at this one, itself among them. */
  underWayAt(level: number): readonly number[] {
    return this.#underWay.at[level] ?? [];
  }

  /** The place of an operation among those under way with it, by its level. */
  slotOf(level: number): number {
    return this.#underWay.slots[level] ?? 0;
  }

  /** How many answered operations are under way at once at most. */
  get slotCount(): number {
    return this.#underWay.slotCount;
  }
}

interface UnderWay {
  readonly at: readonly (readonly number[])[];
  /** A slot is free again behind the level of its operation. */
  readonly slots: Int32Array;
  readonly slotCount: number;
}

function followUnderWay(answered: readonly Answered<unknown, unknown>[]): UnderWay {
  const invoked = answered.map(({ operation }) => operation.invoked);
  const byInvocation = [...answered.keys()].sort((a, b) => (invoked[a] ?? 0) - (invoked[b] ?? 0));
  const slots = new Int32Array(answered.length);
  const free: number[] = [];
  let slotCount = 0;
  let begun = 0;
  let now: readonly number[] = [];
  const at = answered.map(({ answer }, level) => {
    const first = begun;
    while (begun < byInvocation.length && (invoked[byInvocation[begun] ?? 0] ?? 0) <= answer.at) {
      slots[byInvocation[begun] ?? 0] = free.pop() ?? slotCount++;
      begun++;
    }
    const underWay = [...now, ...byInvocation.slice(first, begun)];
    now = underWay.filter((other) => other !== level);
    free.push(slots[level] ?? 0);
    return underWay;
  });
  return { at, slots, slotCount };
}
