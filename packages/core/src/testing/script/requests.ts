import type { NodeId } from "../../ids.ts";
import { isOpen, type SimCluster } from "../sim/sim-cluster.ts";
import type { SimLife, SimMember } from "../sim/sim-member.ts";
import { RegisterNames } from "./register-names.ts";
import { ScriptError } from "./script-error.ts";

/** What the clients of a script ask for, and what they are answered. */
export class Requests<Message> {
  readonly registers: RegisterNames = new RegisterNames();
  readonly #say: (text: string) => void;
  /** Every value is written once, so that what is read tells who wrote it. */
  readonly #values = new Set<number>();
  #unanswered = 0;

  /** @param say - called with each answer */
  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  get areAnswered(): boolean {
    return this.#unanswered === 0;
  }

  /** @throws {@link ScriptError} */
  propose(
    cluster: SimCluster<Message>,
    member: SimMember<Message>,
    name: string,
    value: number,
  ): void {
    const { id } = member;
    const life = processOf(member);
    if (this.#values.has(value)) throw new ScriptError(`${value} was written before`);
    this.#values.add(value);
    const register = this.registers.number(name);
    const write = `${name}=${value}`;
    const gone = `${id} is gone before it says what became of ${write}`;
    const answer = this.#expectAnswer(life, gone);
    cluster.proposeIn(life, { register, value }, (outcome) => {
      if (outcome.kind === "done") answer(`${id} answers: ${write} is written`);
      else if (isOpen(outcome.error)) {
        answer(`${id} answers: nobody can tell what becomes of ${write}`);
      } else answer(`${id} answers: ${write} is refused, ${outcome.error.message}`);
    });
  }

  /** @throws {@link ScriptError} */
  read(cluster: SimCluster<Message>, member: SimMember<Message>, name: string): void {
    const { id } = member;
    const life = processOf(member);
    const gone = `${id} is gone before it answers the read of ${name}`;
    const answer = this.#expectAnswer(life, gone);
    cluster.readIn(member, life, this.registers.number(name), (result) => {
      if (result.kind === "done") answer(`${id} answers: ${name} is ${result.value ?? "not set"}`);
      else answer(`${id} answers: ${name} cannot be read, ${result.error.message}`);
    });
  }

  /** @throws {@link ScriptError} */
  transfer(cluster: SimCluster<Message>, member: SimMember<Message>, target: NodeId): void {
    const { id } = member;
    const life = processOf(member);
    const gone = `${id} is gone before it says whether ${target} leads`;
    const answer = this.#expectAnswer(life, gone);
    cluster.transferIn(member, life, target, (result) => {
      if (result.kind === "done") answer(`${id} answers: ${target} leads`);
      else answer(`${id} answers: ${target} is not seen to lead, ${result.error.message}`);
    });
  }

  /** Waits for an answer, or for the end of the process that owes it. */
  #expectAnswer(life: SimLife<Message>, gone: string): (text: string) => void {
    this.#unanswered++;
    const answer = (text: string): void => {
      life.connections.delete(broken);
      this.#unanswered--;
      this.#say(text);
    };
    const broken = (): void => answer(gone);
    life.connections.add(broken);
    return answer;
  }
}

function processOf<Message>({ id, life }: SimMember<Message>): SimLife<Message> {
  if (life === null || life.driver === null) throw new ScriptError(`${id} is not up`);
  return life;
}
