import { afterEach, test } from "vitest";
import { GuardedRegister } from "./locks/guarded-register.ts";
import { Holder, Succession } from "./locks/succession.ts";
import { RealEnsemble } from "./real-ensemble.ts";

/** `npm run test:chaos` sets it to 20; a sample runs with every test run. */
const ROUNDS = Number(process.env["QUORATE_CHAOS_ROUNDS"] ?? 2);
const MINUTE = 60_000;

let ensemble: RealEnsemble | null = null;
let register: GuardedRegister | null = null;
afterEach(async () => {
  await Holder.killAll();
  register?.close();
  await ensemble?.close();
  [ensemble, register] = [null, null];
});

test(
  `what a lock protects refuses ${ROUNDS} holders that were stopped past their session`,
  async () => {
    const running = (ensemble = await RealEnsemble.start(3));
    const guarded = (register = await GuardedRegister.open());
    const endpoints = running.endpoints.map(({ host, port }) => `${host}:${port}`);
    const succession = new Succession(() => Holder.launch("zookeeper", endpoints, guarded));
    const killLeader = async (): Promise<void> => {
      const leader = await running.leader();
      await running.kill(leader);
      await running.leader();
      running.launch(leader);
      await running.ready();
    };
    await succession.begin();
    for (let round = 0; round < ROUNDS; round++) {
      await killLeader();
      await succession.writeOnce();
      await succession.stopHolder();
      await killLeader();
      await succession.succeed();
    }
  },
  (ROUNDS + 1) * MINUTE,
);
