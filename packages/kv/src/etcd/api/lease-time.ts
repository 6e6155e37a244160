import type { EtcdStateMachine } from "../apply/index.ts";
import type { Lease } from "../lease/index.ts";

/** Tells the time that a lease has left, on any member: how long ago the lease clock last advanced. */
export class LeaseTime {
  readonly #machine: EtcdStateMachine;
  readonly #now: () => number;
  #millis = 0;
  #seenAt: number;

  constructor(machine: EtcdStateMachine, now: () => number) {
    this.#machine = machine;
    this.#now = now;
    this.#seenAt = now();
  }

  /** To be called whenever something was applied. */
  observe(): void {
    const { millis } = this.#machine.leases.clock;
    if (millis === this.#millis) return;
    this.#millis = millis;
    this.#seenAt = this.#now();
  }

  /** In milliseconds; 0 when it is overdue. */
  left(lease: Lease): number {
    const { leases } = this.#machine;
    const millis = leases.clock.millis + (this.#now() - this.#seenAt);
    return Math.max(0, leases.millisLeft(lease, millis));
  }
}
