import type { AlarmKind } from "../codec/requests.ts";

/** A member's alarm; the member by its id in lower-case hex. */
export interface Alarm {
  readonly member: string;
  readonly kind: AlarmKind;
}

/** The alarms that are raised: replicated, so that every member refuses the same commands. */
export class Alarms {
  readonly #raised = new Map<string, Alarm>();

  constructor(raised: Iterable<Alarm> = []) {
    for (const alarm of raised) this.raise(alarm);
  }

  get size(): number {
    return this.#raised.size;
  }

  [Symbol.iterator](): IterableIterator<Alarm> {
    return this.#raised.values();
  }

  /** Whether any member has raised it. */
  has(kind: AlarmKind): boolean {
    for (const alarm of this) if (alarm.kind === kind) return true;
    return false;
  }

  raise(alarm: Alarm): void {
    this.#raised.set(nameOf(alarm), alarm);
  }

  /** Answers whether it was raised. */
  disarm(alarm: Alarm): boolean {
    return this.#raised.delete(nameOf(alarm));
  }
}

function nameOf({ member, kind }: Alarm): string {
  return `${member} ${kind}`;
}
