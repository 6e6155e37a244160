import { afterEach, expect, test } from "vitest";
import { create } from "../../requests.ts";
import type { JuteClient } from "../jute-client.ts";
import { ServerUnderTest } from "../server-under-test.ts";
import { ask } from "./asking.ts";

let under: ServerUnderTest;

afterEach(() => under.close());

const NOW = Date.UTC(2026, 10, 25, 9, 8, 20);
const EPHEMERAL = 1;

async function start(view: { readonly isLeader: boolean }): Promise<void> {
  const options = { fourLetterWords: ["*"], wallNow: () => NOW };
  under = await ServerUnderTest.start(options, { leader: "a1", ...view });
  const first = await under.open({ timeoutMillis: 1_000 });
  await under.open({ timeoutMillis: 2_000 });
  await ephemeral(first, "/a");
  await ephemeral(first, "/b");
}

async function ephemeral(client: JuteClient, path: string): Promise<void> {
  client.send(create(1, path, { flags: EPHEMERAL }));
  await under.proposed(1);
  under.commit();
  await client.reply();
}

const told = async (): Promise<string[]> =>
  (await ask(under, "dump")).replaceAll(/127\.0\.0\.1:\d+/g, "1.2.3.4:5").split("\n");

const EPHEMERALS = [
  "ephemeral nodes dump:",
  "Sessions with Ephemerals (1):",
  "0x100000000000001:",
  "\t/a",
  "\t/b",
];

const CONNECTIONS = [
  "Connections dump:",
  "Connections Sets (3)/(3):",
  "1 expire at Wed Nov 25 09:08:21 UTC 2026:",
  "\tip: /1.2.3.4:5 sessionId: 0x100000000000001",
  "1 expire at Wed Nov 25 09:08:22 UTC 2026:",
  "\tip: /1.2.3.4:5 sessionId: 0x100000000000002",
  "1 expire at Wed Nov 25 09:08:30 UTC 2026:",
  "\tip: /1.2.3.4:5 sessionId: 0x0",
  "",
];

test("the leader tells when sessions end", async () => {
  await start({ isLeader: true });
  under.server.tick();
  expect(await told()).toEqual([
    "SessionTracker dump:",
    "Session Sets (2)/(2):",
    "1 expire at Wed Nov 25 09:08:21 UTC 2026:",
    "\t0x100000000000001",
    "1 expire at Wed Nov 25 09:08:22 UTC 2026:",
    "\t0x100000000000002",
    ...EPHEMERALS,
    ...CONNECTIONS,
  ]);
});

test("the others tell that there are sessions, and how long they last", async () => {
  await start({ isLeader: false });
  expect(await told()).toEqual([
    "SessionTracker dump:",
    "Global Sessions(2):",
    "0x100000000000001\t1000ms",
    "0x100000000000002\t2000ms",
    ...EPHEMERALS,
    ...CONNECTIONS,
  ]);
});

test("too many are counted, but not listed", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  for (let birth = 1; birth <= 100_001; birth++) {
    const id = { sid: 1, birth };
    const password = new Uint8Array(16);
    const session = { id, password, timeoutMillis: 1_000, attachment: birth, sequence: 0 };
    under.machine.sessions.add(session);
  }
  expect(await ask(under, "dump")).toBe(
    "There are 100001 sessions and ephemeral nodes, and no more than 100000 are listed at once\n",
  );
});
