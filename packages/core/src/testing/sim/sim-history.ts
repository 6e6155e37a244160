import { checkRegisterHistory, type RegisterOperation } from "../checkers/linearizability.ts";

/** What all clients together saw, register by register. */
export class SimHistory {
  readonly #registers = new Map<number, RegisterOperation[]>();
  #time = 0;

  /** A moment of its own: calls and answers are ordered by it. */
  moment(): number {
    return ++this.#time;
  }

  add(register: number, operation: RegisterOperation): void {
    const operations = this.#registers.get(register);
    if (operations === undefined) this.#registers.set(register, [operation]);
    else operations.push(operation);
  }

  /** Null when every register can be explained, or the first that cannot. */
  check(): string | null {
    for (const [register, operations] of this.#registers) {
      const impossible = checkRegisterHistory(operations);
      if (impossible !== null) return `register ${register}: ${impossible}`;
    }
    return null;
  }
}
