import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  HealthChecks,
  healthProbe,
  type AlarmName,
  type CheckCounts,
} from "../../../src/etcd/api/health-checks.ts";
import { healthEndpoints, versionEndpoints } from "../../../src/etcd/api/http-endpoints.ts";
import { CLUSTER_VERSION, SERVER_VERSION } from "../../../src/etcd/version.ts";
import { httpServer, routeTo } from "../../../src/http/index.ts";
import { apply } from "../apply/commands.ts";
import { MemberUnderTest, SELF } from "./member-under-test.ts";

interface State {
  leader: boolean;
  learner: boolean;
  alarms: readonly AlarmName[];
  failure: string | null;
}

let server: Server;
let checks: HealthChecks;
let state: State;
let reads: number;

beforeEach(async () => {
  state = { leader: true, learner: false, alarms: [], failure: null };
  reads = 0;
  checks = new HealthChecks({
    hasLeader: () => state.leader,
    isLearner: () => state.learner,
    alarms: () => state.alarms,
    readLinearizable: () => {
      reads++;
      return Promise.resolve(state.failure);
    },
  });
  server = httpServer(routeTo(healthEndpoints(checks), versionEndpoints()));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
});

afterEach(() => new Promise((done) => server.close(done)));

function port(): number {
  return (server.address() as AddressInfo).port;
}

async function get(path: string, method = "GET"): Promise<readonly [number, string]> {
  const response = await fetch(`http://127.0.0.1:${port()}${path}`, { method });
  return [response.status, await response.text()];
}

const well = `{"health":"true","reason":""}`;
const unwell = (reason: string): string => `{"health":"false","reason":"${reason}"}\n`;
const TIMED_OUT = "etcdserver: request timed out";

// What etcd 3.5 and 3.6 answer, to the letter.
describe.each<readonly [what: string, is: Partial<State>, answers: Record<string, string>]>([
  [
    "a member that is well",
    {},
    {
      "/health": `200 ${well}`,
      "/health?exclude=NOSPACE": `200 ${well}`,
      "/health?serializable=true": `200 ${well}`,
      "/livez": "200 ok\n",
      "/livez?verbose": "200 [+]serializable_read ok\nok\n",
      "/livez?verbose=false": "200 [+]serializable_read ok\nok\n",
      "/livez?exclude=serializable_read&verbose": "200 ok\n",
      "/livez/serializable_read": "200 ok\n",
      "/livez/linearizable_read": "404 404 page not found\n",
      "/livez/": "404 404 page not found\n",
      "/readyz": "200 ok\n",
      "/readyz?verbose":
        "200 [+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\n[+]non_learner ok\nok\n",
      "/readyz?verbose&exclude=linearizable_read&exclude=non_learner&exclude=&exclude=nothing":
        "200 [+]data_corruption ok\n[+]serializable_read ok\nok\n",
      "/readyz/data_corruption?verbose": "200 [+]data_corruption ok\nok\n",
      "/readyz/serializable_read?verbose": "200 [+]serializable_read ok\nok\n",
      "/readyz/linearizable_read?verbose": "200 [+]linearizable_read ok\nok\n",
      "/readyz/non_learner?verbose": "200 [+]non_learner ok\nok\n",
    },
  ],
  [
    "a member without a leader",
    { leader: false, failure: TIMED_OUT },
    {
      "/health": `503 ${unwell("RAFT NO LEADER")}`,
      "/health?serializable=false": `503 ${unwell("RAFT NO LEADER")}`,
      "/health?serializable=true": `200 ${well}`,
      "/livez": "200 ok\n",
      "/readyz":
        `503 [+]data_corruption ok\n[+]serializable_read ok\n` +
        `[-]linearizable_read failed: ${TIMED_OUT}\n[+]non_learner ok\n\n`,
      "/readyz?exclude=linearizable_read": "200 ok\n",
      "/readyz/serializable_read": "200 ok\n",
      "/readyz/linearizable_read": `503 [-]linearizable_read failed: ${TIMED_OUT}\n\n`,
      // A check by itself cannot be excluded.
      "/readyz/linearizable_read?exclude=linearizable_read": `503 [-]linearizable_read failed: ${TIMED_OUT}\n\n`,
    },
  ],
  [
    "a member whose reads fail",
    { failure: TIMED_OUT },
    {
      "/health": `503 ${unwell(`RANGE ERROR:${TIMED_OUT}`)}`,
      "/health?serializable=true": `200 ${well}`,
    },
  ],
  [
    "a member that is out of space",
    { alarms: ["NOSPACE"] },
    {
      "/health": `503 ${unwell("ALARM NOSPACE")}`,
      "/health?serializable=true": `503 ${unwell("ALARM NOSPACE")}`,
      "/health?exclude=NOSPACE": `200 ${well}`,
      "/health?exclude=CORRUPT": `503 ${unwell("ALARM NOSPACE")}`,
      "/livez": "200 ok\n",
      "/readyz": "200 ok\n",
    },
  ],
  [
    "a member that differs from others",
    { alarms: ["NOSPACE", "CORRUPT"] },
    {
      "/health?exclude=NOSPACE": `503 ${unwell("ALARM CORRUPT")}`,
      "/health?exclude=NOSPACE&exclude=CORRUPT": `200 ${well}`,
      "/livez": "200 ok\n",
      "/readyz?exclude=linearizable_read":
        "503 [-]data_corruption failed: alarm activated: CORRUPT\n[+]serializable_read ok\n[+]non_learner ok\n\n",
      "/readyz?exclude=data_corruption": "200 ok\n",
      "/readyz/data_corruption": "503 [-]data_corruption failed: alarm activated: CORRUPT\n\n",
    },
  ],
  [
    "a learner",
    { learner: true },
    {
      "/health": `200 ${well}`,
      "/livez": "200 ok\n",
      "/readyz?exclude=data_corruption":
        "503 [+]serializable_read ok\n[+]linearizable_read ok\n[-]non_learner failed: not supported for learner\n\n",
      "/readyz/non_learner": "503 [-]non_learner failed: not supported for learner\n\n",
    },
  ],
])("%s", (_, is, answers) => {
  test.each(Object.entries(answers))("answers %s", async (path, answer) => {
    Object.assign(state, is);
    const [status, text] = await get(path);
    expect(`${status} ${text}`).toBe(answer);
  });
});

test("what asks this member alone reads nothing of the others", async () => {
  await Promise.all(["/health?serializable=true", "/livez?verbose"].map((path) => get(path)));
  expect(reads).toBe(0);
  await Promise.all(["/health", "/readyz", "/readyz/linearizable_read"].map((path) => get(path)));
  expect(reads).toBe(3);
});

test("what came of the checks is counted", async () => {
  await get("/health");
  await get("/livez");
  await get("/readyz/linearizable_read");
  state.failure = TIMED_OUT;
  await get("/health");
  await get("/health");
  await get("/readyz?exclude=serializable_read");
  expect(checks.counts).toEqual({ passed: 1, failed: 2 });
  const told = ({ endpoint, name, passed, failed, isPassing }: CheckCounts): string =>
    `${endpoint}/${name} +${passed} -${failed} ${isPassing}`;
  expect([...checks.checks].map(told)).toEqual([
    "livez/serializable_read +1 -0 true",
    "readyz/linearizable_read +1 -1 false",
    "readyz/data_corruption +1 -0 true",
    "readyz/non_learner +1 -0 true",
  ]);
});

test("a member's own leader, alarms, vote and reads are what is checked", async () => {
  const under = new MemberUnderTest();
  const votes = (...voters: readonly string[]): void => {
    const configuration = { members: [], quorum: { kind: "majority", voters } } as const;
    under.log.become({ configurations: { committed: configuration, latest: configuration } });
  };
  const probe = healthProbe(under.member);
  const seen = (): unknown => [probe.hasLeader(), probe.isLearner(), probe.alarms()];
  votes(SELF, "1");
  expect(seen()).toEqual([true, false, []]);
  for (const alarm of ["noSpace", "corrupt"] as const) {
    apply(under.machine, { kind: "alarm", action: "activate", member: SELF, alarm });
  }
  votes("1");
  under.log.become({ leader: null });
  expect(seen()).toEqual([false, true, ["NOSPACE", "CORRUPT"]]);
  const fresh = probe.readLinearizable();
  under.commit();
  const stale = probe.readLinearizable();
  under.fail("ERR_NO_LEADER");
  expect(await Promise.all([fresh, stale])).toEqual([null, TIMED_OUT]);
});

test("/version names server and cluster", async () => {
  const version = { etcdserver: SERVER_VERSION, etcdcluster: CLUSTER_VERSION };
  expect(await get("/version")).toEqual([200, JSON.stringify(version)]);
});

test("anything else is not found, other methods are not allowed", async () => {
  expect(await get("/v2/keys")).toEqual([404, "404 page not found\n"]);
  for (const path of ["/health", "/livez", "/readyz/non_learner", "/version"]) {
    const response = await fetch(`http://127.0.0.1:${port()}${path}`, { method: "POST" });
    expect([response.status, await response.text()]).toEqual([405, "Method Not Allowed\n"]);
    expect(response.headers.get("allow")).toBe("GET");
  }
});
