import type { EtcdStateMachine } from "../apply/index.ts";
import type { KeyRange, KeyText } from "../store/index.ts";
import { RangeIndex } from "../watch/index.ts";

type Notice = () => void;

/**
 * Calls back services of this member when keys have changed, once for each applied batch: what they
 * want to know they read from the store. Without anybody who waits it costs nothing.
 */
export class ChangeNotices {
  readonly #machine: EtcdStateMachine;
  readonly #notices = new RangeIndex<Set<Notice>>();
  /** To be called for the changes being looked at. Who stops meanwhile is not. */
  readonly #due = new Set<Notice>();
  /** Changes up to this revision were looked at. */
  #seen: number;

  constructor(machine: EtcdStateMachine) {
    this.#machine = machine;
    this.#seen = machine.store.revision;
  }

  /** Returns how to stop it. */
  onKey(key: KeyText, notice: Notice): () => void {
    return this.onRange({ from: key, to: `${key}\0` }, notice);
  }

  /** Returns how to stop it. */
  onRange(range: KeyRange, notice: Notice): () => void {
    const notices = this.#noticesOf(range);
    notices.add(notice);
    return () => {
      this.#due.delete(notice);
      if (notices.delete(notice) && notices.size === 0) this.#notices.delete(range);
    };
  }

  /** To be called when something was applied. */
  applied(): void {
    const { store } = this.#machine;
    const from = this.#seen + 1;
    this.#seen = store.revision;
    if (from > this.#seen || this.#notices.size === 0) return;
    const take = (notices: ReadonlySet<Notice>): void => this.#take(notices);
    const changes = store.pin(from);
    for (let change = changes.next(); change !== null; change = changes.next()) {
      this.#notices.visit(change.key, take);
    }
    this.#tell();
  }

  /** To be called when a snapshot replaced the store: any key may have changed. */
  replaced(): void {
    this.#seen = this.#machine.store.revision;
    for (const notices of this.#notices.items()) this.#take(notices);
    this.#tell();
  }

  #noticesOf(range: KeyRange): Set<Notice> {
    const known = this.#notices.get(range);
    if (known !== undefined) return known;
    const notices = new Set<Notice>();
    this.#notices.add(range, notices);
    return notices;
  }

  #take(notices: ReadonlySet<Notice>): void {
    for (const notice of notices) this.#due.add(notice);
  }

  #tell(): void {
    for (const notice of this.#due) {
      this.#due.delete(notice);
      notice();
    }
  }
}
