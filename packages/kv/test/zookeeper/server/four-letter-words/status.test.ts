import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { create, ping } from "../../requests.ts";
import { ServerUnderTest } from "../server-under-test.ts";
import { ask } from "./asking.ts";

let under: ServerUnderTest;

const SINCE = Date.UTC(2026, 10, 25, 9, 8, 20);

beforeEach(async () => {
  const options = { fourLetterWords: ["*"], dataDir: "", wallNow: () => SINCE };
  under = await ServerUnderTest.start(options);
  const client = await under.open();
  client.send(create(1, "/a", { data: null }));
  await under.proposed(1);
  under.clock.now += 3;
  under.commit();
  await client.reply();
  client.send(ping);
  await client.reply();
});

afterEach(() => under.close());

const TAIL = [
  "Latency min/avg/max: 0/1.0/3",
  "Received: 4",
  "Sent: 3",
  "Connections: 2",
  "Outstanding: 0",
  "Zxid: 0x200000002",
  "Mode: standalone",
  "Node count: 6",
  "",
];

test("srvr", async () => {
  const [version, ...lines] = (await ask(under, "srvr")).split("\n");
  expect(version).toMatch(/^Zookeeper version: \d+\.\d+\.\d+-quorate$/);
  expect(lines).toEqual(TAIL);
});

test("stat tells the connections, too, without its own being read any more", async () => {
  const [, clients, first, second, ...lines] = (await ask(under, "stat")).split("\n");
  expect(clients).toBe("Clients:");
  expect(first).toMatch(/^ \/127\.0\.0\.1:\d+\[1\]\(queued=0,recved=3,sent=3\)$/);
  expect(second).toMatch(/^ \/127\.0\.0\.1:\d+\[0\]\(queued=0,recved=1,sent=0\)$/);
  expect(lines).toEqual(["", ...TAIL]);
});

describe("cons", () => {
  const first = async (): Promise<string> =>
    (await ask(under, "cons")).split("\n")[0]?.replace(/:\d+\[/, ":0[") ?? "";

  test("tells the session of each connection, and how its client fared", async () => {
    expect(await first()).toBe(
      ` /127.0.0.1:0[1](queued=0,recved=3,sent=3,sid=0x100000000000001,lop=PING,est=${SINCE},` +
        "to=2000,lcxid=0x1,lzxid=0x200000002,lresp=50003,llat=0,minlat=0,avglat=1,maxlat=3)",
    );
    const [, own, end, rest] = (await ask(under, "cons")).split("\n");
    expect(own).toMatch(/^ \/127\.0\.0\.1:\d+\[0\]\(queued=0,recved=1,sent=0\)$/);
    expect([end, rest]).toEqual(["", ""]);
  });

  test("crst makes it forget", async () => {
    expect(await ask(under, "crst")).toBe("Connection stats reset.\n");
    expect(await first()).toBe(
      ` /127.0.0.1:0[1](queued=0,recved=0,sent=0,sid=0x100000000000001,lop=NA,est=${SINCE},` +
        "to=2000,lzxid=0xffffffffffffffff,lresp=0,llat=0,minlat=0,avglat=0,maxlat=0)",
    );
  });
});

test("srst makes the server forget what it counted", async () => {
  expect(await ask(under, "srst")).toBe("Server stats reset.\n");
  const [, ...lines] = (await ask(under, "srvr")).split("\n");
  expect(lines.slice(0, 3)).toEqual(["Latency min/avg/max: 0/0.0/0", "Received: 1", "Sent: 1"]);
});

test("conf tells what the server was configured to", async () => {
  const [clientPort, ...lines] = (await ask(under, "conf")).split("\n");
  expect(clientPort).toBe(`clientPort=${under.server.addresses[0]?.port}`);
  expect(lines).toEqual([
    "secureClientPort=-1",
    "dataDir=",
    "dataDirSize=0",
    "dataLogDir=",
    "dataLogSize=0",
    "tickTime=100",
    "maxClientCnxns=60",
    "minSessionTimeout=200",
    "maxSessionTimeout=2000",
    "clientPortListenBacklog=-1",
    "serverId=1",
    "",
  ]);
  expect(await ask(under, "dirs")).toBe("datadir_size: 0\nlogdir_size: 0\n");
});
