import { decodeConfiguration, type Configuration, type Configurations } from "../configuration.ts";
import type { Entry } from "../entry.ts";
import type { Index } from "../ids.ts";

/**
 * Follows the configuration through the log: it counts from the moment its entry is appended, falls
 * back when the entry is truncated, and is settled when the entry is committed.
 *
 * Invariant: `pending` ascends by index and lies behind the commit index.
 */
export class ConfigurationTracker {
  #committed: Configuration;
  #pending: { readonly index: Index; readonly configuration: Configuration }[] = [];
  #changed = false;

  constructor(committed: Configuration) {
    this.#committed = committed;
  }

  get current(): Configurations {
    return { committed: this.#committed, latest: this.latest };
  }

  get latest(): Configuration {
    return this.#pending.at(-1)?.configuration ?? this.#committed;
  }

  appended(entries: readonly Entry[]): void {
    for (const { kind, index, data } of entries) {
      if (kind !== "configuration") continue;
      this.#pending.push({ index, configuration: decodeConfiguration(data) });
      this.#changed = true;
    }
  }

  truncated(from: Index): void {
    const kept = this.#pending.filter((pending) => pending.index < from);
    if (kept.length !== this.#pending.length) this.#changed = true;
    this.#pending = kept;
  }

  committed(through: Index): void {
    while ((this.#pending[0]?.index ?? Infinity) <= through) {
      this.#committed = this.#pending.shift()?.configuration ?? this.#committed;
      this.#changed = true;
    }
  }

  /** A snapshot replaced the log. */
  reset(configuration: Configuration): void {
    this.#committed = configuration;
    this.#pending = [];
    this.#changed = true;
  }

  /** Whether anything changed since the last call. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }
}
