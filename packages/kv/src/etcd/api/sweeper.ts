import type { SlicedWork } from "../../service/sliced-work.ts";
import type { EtcdStateMachine } from "../apply/index.ts";

/** Gives back the memory that compactions leave, a slice a turn. */
export class Sweeper {
  readonly #machine: EtcdStateMachine;
  readonly #work: SlicedWork;
  #isSweeping = false;
  #waiting: (() => void)[] = [];

  constructor(machine: EtcdStateMachine, work: SlicedWork) {
    this.#machine = machine;
    this.#work = work;
  }

  /** To be called now and then: compactions come through the log, whoever asked for them. */
  tick(): void {
    if (this.#isSweeping || !this.#machine.store.isSweeping) return;
    this.#isSweeping = true;
    this.#work.add(() => this.#sweep());
  }

  /** Calls back when nothing is left that a compaction until now has forgotten. */
  whenSwept(done: () => void): void {
    this.tick();
    if (this.#isSweeping) this.#waiting.push(done);
    else done();
  }

  /** Of the store as it is by then: a snapshot may have replaced it. */
  #sweep(): boolean {
    if (this.#machine.store.sweep()) return true;
    this.#isSweeping = false;
    for (const done of this.#waiting.splice(0)) done();
    return false;
  }
}
