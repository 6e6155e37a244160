import type { Step } from "./multi.ts";
import { ANY_VERSION } from "./requests.ts";
import { walkTree } from "./tree-walk.ts";
import type { ZooKeeperClient } from "./zookeeper-client.ts";
import { isLoss, ZooKeeperError } from "./zookeeper-error.ts";

/** Of one transaction, so that it stays far below what servers take in one request. */
const STEPS_MAX = 1000;
const PATH_UNITS_MAX = 128 * 1024;
/** How often the tree may change under our hands, or a server be lost, without one node less. */
const FRUITLESS_MAX = 5;

export interface DeleteTreeOptions {
  /** Of the root's data. */
  readonly version: number;
  /** Ends it behind a transaction. */
  readonly stop: AbortSignal;
  /** Told how many nodes are gone. */
  readonly onProgress: (deleted: number) => void;
}

/** Deletes a node and everything below it, in one transaction where it fits, else in several. */
export class TreeDeletion {
  readonly #client: ZooKeeperClient;
  readonly #root: string;
  readonly #options: DeleteTreeOptions;
  #deleted = 0;
  #transactions = 0;
  #isWhole = false;
  /** Nodes of a transaction that got no answer. */
  #inDoubt = 0;

  constructor(client: ZooKeeperClient, root: string, options: DeleteTreeOptions) {
    this.#client = client;
    this.#root = root;
    this.#options = options;
  }

  /** Nodes that are known to be gone. */
  get deleted(): number {
    return this.#deleted;
  }

  get transactions(): number {
    return this.#transactions;
  }

  /** False when it was stopped before. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** @throws `ZooKeeperError` */
  async run(): Promise<void> {
    let failure = await this.#pass();
    for (let fruitless = 0; failure !== null;) {
      if (fruitless === FRUITLESS_MAX || !mayHelpToLookAgain(failure)) throw failure;
      const before = this.#deleted;
      failure = await this.#passAgain();
      fruitless = this.#deleted > before ? 0 : fruitless + 1;
    }
  }

  /** Nodes of others came or went meanwhile, or a server did: what is left is looked at anew. */
  async #passAgain(): Promise<ZooKeeperError | null> {
    try {
      return await this.#pass();
    } catch (thrown) {
      if (!(thrown instanceof ZooKeeperError)) throw thrown;
      if (thrown.code !== "NONODE") return thrown;
      this.#isWhole = true;
      this.#deleted += this.#inDoubt;
      return null;
    }
  }

  /**
   * Deletes what is there.
   *
   * @returns what ended it too early
   * @throws `ZooKeeperError` when the tree cannot be looked at
   */
  async #pass(): Promise<ZooKeeperError | null> {
    let steps = this.#newSteps();
    let units = 0;
    for await (const { kind, path } of walkTree(this.#client, this.#root)) {
      if (this.#options.stop.aborted) return null;
      if (kind === "enter") continue;
      const isRoot = path === this.#root;
      steps.push({ kind: "delete", path, version: isRoot ? this.#options.version : ANY_VERSION });
      units += path.length;
      if (steps.length < STEPS_MAX && units < PATH_UNITS_MAX && !isRoot) continue;
      const failure = await this.#take(steps);
      if (failure !== null) return failure;
      this.#isWhole = isRoot;
      steps = this.#newSteps();
      units = 0;
    }
    return null;
  }

  /** Nothing goes below a root that has not the version asked for. */
  #newSteps(): Step[] {
    const { version } = this.#options;
    return version === ANY_VERSION ? [] : [{ kind: "check", path: this.#root, version }];
  }

  async #take(steps: readonly Step[]): Promise<ZooKeeperError | null> {
    const deletes = steps.filter(({ kind }) => kind === "delete").length;
    this.#inDoubt = 0;
    try {
      const failed = await this.#client.multi(this.#root, steps);
      if (failed !== null) {
        return ZooKeeperError.answered(failed.error, {
          kind: "deleteTree",
          path: failed.step.path,
        });
      }
    } catch (thrown) {
      if (!isLoss(thrown)) throw thrown;
      this.#inDoubt = deletes;
      return thrown;
    }
    this.#transactions++;
    this.#deleted += deletes;
    this.#options.onProgress(this.#deleted);
    return null;
  }
}

function mayHelpToLookAgain(failure: ZooKeeperError): boolean {
  return failure.isLoss || failure.code === "NONODE" || failure.code === "NOTEMPTY";
}
