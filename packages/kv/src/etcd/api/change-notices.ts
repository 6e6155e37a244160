import type { EtcdStateMachine } from "../apply/index.ts";
import { isInRange, type KeyRange, type KeyText } from "../store/index.ts";

type Notice = () => void;

/**
 * Calls back services of this member when keys have changed, once for each applied batch: what they
 * want to know they read from the store. Without anybody who waits it costs nothing.
 */
export class ChangeNotices {
  readonly #machine: EtcdStateMachine;
  readonly #keys = new Map<KeyText, Set<Notice>>();
  readonly #ranges = new Map<Notice, KeyRange>();
  /** Changes up to this revision were looked at. */
  #seen: number;

  constructor(machine: EtcdStateMachine) {
    this.#machine = machine;
    this.#seen = machine.store.revision;
  }

  /** Returns how to stop it. */
  onKey(key: KeyText, notice: Notice): () => void {
    const others = this.#keys.get(key);
    if (others === undefined) this.#keys.set(key, new Set([notice]));
    else others.add(notice);
    return () => {
      const notices = this.#keys.get(key);
      notices?.delete(notice);
      if (notices?.size === 0) this.#keys.delete(key);
    };
  }

  /** Returns how to stop it. For few: all ranges are looked at for each change. */
  onRange(range: KeyRange, notice: Notice): () => void {
    this.#ranges.set(notice, range);
    return () => void this.#ranges.delete(notice);
  }

  /** To be called when something was applied. */
  applied(): void {
    const { store } = this.#machine;
    const from = this.#seen + 1;
    this.#seen = store.revision;
    if (from > this.#seen || (this.#keys.size === 0 && this.#ranges.size === 0)) return;
    const due = new Set<Notice>();
    const changes = store.pin(from);
    for (let change = changes.next(); change !== null; change = changes.next()) {
      for (const notice of this.#keys.get(change.key) ?? []) due.add(notice);
      for (const [notice, range] of this.#ranges) {
        if (isInRange(change.key, range)) due.add(notice);
      }
    }
    for (const notice of due) notice();
  }

  /** To be called when a snapshot replaced the store: any key may have changed. */
  replaced(): void {
    this.#seen = this.#machine.store.revision;
    const due = new Set(this.#ranges.keys());
    for (const notices of this.#keys.values()) for (const notice of notices) due.add(notice);
    for (const notice of due) notice();
  }
}
