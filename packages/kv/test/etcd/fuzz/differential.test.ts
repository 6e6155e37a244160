import { describe, expect, test } from "vitest";
import { isDeepStrictEqual } from "node:util";
import { Comparison } from "./comparison.ts";
import { DEPARTURES, type Departure } from "./departures.ts";
import { methodAt } from "./methods.ts";
import { plainAnswer } from "./plain-answer.ts";
import { ETCD_VERSION } from "./real-etcd.ts";
import { FIRST_SEED } from "./runs.ts";
import { ServerPair } from "./server-pair.ts";

const COMPARED = Number(process.env["QUORATE_FUZZ_COMPARED"] ?? 5000);

/** Requests to one pair of servers: so many have to be sent again to see a failure again. */
const EPISODE = 5000;

const TIMEOUT_MILLIS = 120_000 + COMPARED * 20;

/** The version that the departures are written for. */
const isThere = ETCD_VERSION?.startsWith("3.4.") === true;

if (!isThere) {
  const found = ETCD_VERSION === null ? "is not installed (package etcd-server)" : ETCD_VERSION;
  console.warn(`etcd 3.4 ${found}: nothing is compared with it`);
}

describe.skipIf(!isThere)("beside a real etcd", { timeout: TIMEOUT_MILLIS }, () => {
  test(`${COMPARED} requests are answered alike`, async () => {
    for (let seed = FIRST_SEED, left = COMPARED; left > 0; seed++, left -= EPISODE) {
      const requests = Math.min(left, EPISODE);
      await withPair(async (pair) => {
        try {
          await new Comparison(pair, seed).run(requests);
        } catch (error) {
          const again = `QUORATE_FUZZ_SEED=${seed} QUORATE_FUZZ_COMPARED=${requests}`;
          throw new Error(`seed ${seed} (again with ${again}): ${String(error)}`, { cause: error });
        }
      });
    }
  });

  test("every departure is one", async () => {
    for (let left = DEPARTURES; left.length > 0;) {
      await withPair(async (pair) => {
        left = left.slice(await departUntilDead(pair, left));
      });
    }
  });
});

/** Runs the examples until the real etcd dies of one; answers how many that were. */
async function departUntilDead(
  pair: ServerPair,
  departures: readonly Departure[],
): Promise<number> {
  for (const [i, departure] of departures.entries()) {
    if (await diesOf(pair, departure)) return i + 1;
  }
  return departures.length;
}

async function withPair(use: (pair: ServerPair) => Promise<void>): Promise<void> {
  const pair = await ServerPair.start();
  try {
    await use(pair);
  } finally {
    await pair.close();
  }
}

async function diesOf(pair: ServerPair, { name, example }: Departure): Promise<boolean> {
  let different = 0;
  let isDead = false;
  for (const [path, request] of example) {
    const method = methodAt(path);
    const { ours, real } = await pair.askOrDie(method, request);
    isDead ||= real === "dead";
    const isSame =
      real !== "dead" && isDeepStrictEqual(plainAnswer(method, ours), plainAnswer(method, real));
    if (!isSame) different++;
  }
  expect(different, name).toBeGreaterThan(0);
  return isDead;
}
