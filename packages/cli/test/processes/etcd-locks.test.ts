import { afterEach, test } from "vitest";
import { whileKilled } from "./etcd-libraries/while-killed.ts";
import { GuardedRegister } from "./locks/guarded-register.ts";
import { Holder, Succession, type Way } from "./locks/succession.ts";
import { RealCluster } from "./real-cluster.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const MINUTE = 60_000;
const FLAGS = ["--heartbeat-interval=50", "--election-timeout=500"];
const WAYS: readonly Way[] = ["recipe", "service"];

let cluster: RealCluster | null = null;
const registers: GuardedRegister[] = [];
afterEach(async () => {
  await Holder.killAll();
  for (const register of registers.splice(0)) register.close();
  await cluster?.close();
  cluster = null;
});

test(
  `what a lock protects refuses ${ROUNDS} holders that were paused past their lease, of each kind`,
  async () => {
    const running = (cluster = await RealCluster.start(3, { flags: FLAGS }));
    const killLeader = async (): Promise<void> =>
      whileKilled(running, await running.leader(), async () => undefined);
    const successions: Succession[] = [];
    for (const way of WAYS) {
      const register = await GuardedRegister.open();
      registers.push(register);
      successions.push(new Succession(() => Holder.launch(way, running.endpoints, register)));
    }
    const each = (act: (of: Succession) => Promise<void>) => Promise.all(successions.map(act));
    await each((of) => of.begin());
    for (let round = 0; round < ROUNDS; round++) {
      await killLeader();
      await each((of) => of.writeOnce());
      await each((of) => of.stopHolder());
      await killLeader();
      await each((of) => of.succeed());
    }
  },
  (ROUNDS + 1) * MINUTE,
);
