import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { GuardedRegister } from "./locks/guarded-register.ts";
import { RealCluster } from "./real-cluster.ts";
import { until } from "./until.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const MINUTE = 60_000;
const TTL_SECONDS = 2;
const HOLDER = fileURLToPath(new URL("locks/holder.ts", import.meta.url));

/** A client that holds the lock, or waits for it, in a process of its own. */
class Holder {
  readonly #child: ChildProcess;
  #said = "";

  constructor(endpoints: readonly string[], register: string) {
    const args = [HOLDER, endpoints.join(","), register, String(TTL_SECONDS)];
    this.#child = spawn(process.execPath, ["--conditions=@quorate/source", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => (this.#said += chunk.toString()));
  }

  /** The token, once it has the lock. */
  get token(): number | null {
    const [, token] = /^held (\d+)$/m.exec(this.#said) ?? [];
    return token === undefined ? null : Number(token);
  }

  /** How often the register has said so. */
  count(outcome: "accepted" | "refused" | "lost"): number {
    return this.#said.split("\n").filter((line) => line === outcome).length;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

let cluster: RealCluster | null = null;
let register: GuardedRegister | null = null;
const holders: Holder[] = [];
afterEach(async () => {
  for (const holder of holders.splice(0)) holder.signal("SIGKILL");
  register?.close();
  await cluster?.close();
  [cluster, register] = [null, null];
});

test(
  `what a lock protects refuses ${ROUNDS} holders that were stopped past their lease`,
  async () => {
    cluster = await RealCluster.start(3);
    register = await GuardedRegister.open();
    const { endpoints } = cluster;
    const { url } = register;
    const begin = (): Holder => {
      const holder = new Holder(endpoints, url);
      holders.push(holder);
      return holder;
    };
    let holder = begin();
    for (let round = 0; round < ROUNDS; round++) {
      const old = holder;
      const next = begin();
      const token = await until("the lock is held and written under", () =>
        old.count("accepted") > 2 ? old.token : null,
      );
      expect(next.token).toBeNull();
      old.signal("SIGSTOP");
      // Every other time there is another leader by when the lease ends.
      if (round % 2 === 1) {
        const leader = await cluster.leader();
        await cluster.end(leader, "SIGKILL");
        cluster.launch(leader);
      }
      const newer = await until("the next one has it", () =>
        next.count("accepted") > 0 ? next.token : null,
      );
      expect(newer).toBeGreaterThan(token);
      const before = old.count("accepted");
      old.signal("SIGCONT");
      await until("the old one has noticed", () => (old.count("lost") > 0 ? true : null));
      expect(old.count("accepted") - before).toBeLessThanOrEqual(1);
      expect(old.count("refused")).toBeGreaterThan(3);
      expect(next.count("refused")).toBe(0);
      expect(register.greatest).toBe(newer);
      await cluster.ready();
      holder = next;
    }
  },
  ROUNDS * MINUTE,
);
