import type {
  EtcdAction,
  EtcdActionResult,
  EtcdAnswer,
  EtcdCompare,
  EtcdKeys,
  EtcdKeyValue,
  EtcdRequest,
} from "../../../src/testing/linearizability/index.ts";

/** An etcd store as simple as can be: what the model must agree with, written down a second time. */
export class PlainEtcd {
  #revision: number;
  readonly #keys = new Map<string, EtcdKeyValue>();

  constructor(revision: number = 1) {
    this.#revision = revision;
  }

  /** Somebody else writes to another key. */
  writeElsewhere(): void {
    this.#revision++;
  }

  serve(request: EtcdRequest): EtcdAnswer {
    const revision = this.#revision + 1;
    if (request.kind !== "txn") {
      const result = this.#act(request, revision);
      return { revision: this.#revision, result };
    }
    const succeeded = request.compare.every((compare) => this.#holds(compare));
    const actions = succeeded ? request.success : request.failure;
    const results = actions.map((action) => this.#act(action, revision));
    return { revision: this.#revision, result: { kind: "txn", succeeded, results } };
  }

  #act(action: EtcdAction, revision: number): EtcdActionResult {
    switch (action.kind) {
      case "put": {
        const { key, value } = action;
        const { version = 0, createRevision = revision } = this.#keys.get(key) ?? {};
        const kv = { key, value, version: version + 1, createRevision, modRevision: revision };
        this.#keys.set(key, kv);
        this.#revision = revision;
        return { kind: "put" };
      }
      case "delete": {
        const found = this.#range(action);
        for (const { key } of found) this.#keys.delete(key);
        if (found.length > 0) this.#revision = revision;
        return { kind: "delete", deleted: found.length };
      }
      case "range":
        return { kind: "range", kvs: this.#range(action) };
    }
  }

  #range({ key, end }: EtcdKeys): readonly EtcdKeyValue[] {
    const isIn = (other: string): boolean =>
      end === null ? other === key : other >= key && (end === "\0" || other < end);
    return [...this.#keys.values()]
      .filter((kv) => isIn(kv.key))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  #holds(compare: EtcdCompare): boolean {
    const kv = this.#keys.get(compare.key);
    if (compare.target === "value") return kv?.value === compare.value;
    return (kv?.[compare.target] ?? 0) === compare.number;
  }
}
