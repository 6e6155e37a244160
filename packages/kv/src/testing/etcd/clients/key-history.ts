import type {
  EtcdAnswer,
  EtcdRequest,
  History,
  Operation,
} from "@quorate/core/testing/linearizability";
import type { EtcdClient } from "../../../client/etcd-client.ts";
import { EtcdError } from "../../../client/etcd-error.ts";
import { askEtcd } from "./ask-etcd.ts";

type Recorded = Operation<EtcdRequest, EtcdAnswer>;

/** Is told of every request; the name is the client's. */
export interface KeyHistoryListener {
  asked(name: string, request: EtcdRequest): void;
  answered(name: string, request: EtcdRequest, answer: EtcdAnswer): void;
  failed(name: string, request: EtcdRequest, error: EtcdError): void;
}

/** What clients asked of keys, and what they were told. */
export class KeyHistory {
  readonly #moment: () => number;
  readonly #listener: KeyHistoryListener | null;
  readonly #operations: Recorded[] = [];
  readonly #open = new Set<Recorded>();

  /** @param moment - the time by which all clients go; it only ascends */
  constructor(moment: () => number, listener: KeyHistoryListener | null = null) {
    this.#moment = moment;
    this.#listener = listener;
  }

  /** With what is still under way: nobody knows what becomes of it. */
  get operations(): History<EtcdRequest, EtcdAnswer> {
    return [...this.#operations, ...this.#open];
  }

  /** Asks and remembers; null when it failed, whether or not it is known to have had no effect. */
  async ask(
    { name, etcd }: { readonly name: string; readonly etcd: EtcdClient },
    input: EtcdRequest,
  ): Promise<EtcdAnswer | null> {
    const invoked = this.#moment();
    const open: Recorded = { client: name, input, invoked, answer: null };
    this.#open.add(open);
    this.#listener?.asked(name, input);
    try {
      const output = await askEtcd(etcd, input);
      this.#operations.push({ ...open, answer: { at: this.#moment(), output } });
      this.#listener?.answered(name, input, output);
      return output;
    } catch (thrown) {
      if (!(thrown instanceof EtcdError)) throw thrown;
      // What certainly had no effect is as good as never asked for.
      if (thrown.maybeApplied) this.#operations.push(open);
      this.#listener?.failed(name, input, thrown);
      return null;
    } finally {
      this.#open.delete(open);
    }
  }
}
