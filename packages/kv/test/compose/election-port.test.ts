import { connect, type AddressInfo, createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { refuseJavaElections } from "../../src/compose/election-port.ts";
import type { MemberLog } from "../../src/compose/member-log.ts";

const warnings: string[] = [];
const log: MemberLog = {
  info: () => {},
  warn: (_fields, text) => void warnings.push(text),
  error: () => {},
};
let stop: (() => Promise<void>) | null = null;

afterEach(async () => {
  await stop?.();
  stop = null;
  warnings.length = 0;
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** Says it and waits until the other side hangs up; what came back. */
function call(port: number, words: Uint8Array): Promise<string> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(words));
    let heard = "";
    socket.on("data", (chunk) => (heard += chunk.toString()));
    socket.on("error", () => {});
    socket.on("close", () => done(heard));
  });
}

/** As Java's servers begin: version, number, length of the address, address. */
function greeting(version: bigint, sid: bigint): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigInt64BE(version, 0);
  head.writeBigInt64BE(sid, 8);
  head.writeInt32BE(14, 16);
  return Buffer.concat([head, Buffer.from("127.0.0.1:3888")]);
}

test.each([
  ["version 1", greeting(-65_536n, 7n), "server 7 called for an election"],
  ["version 2", greeting(-65_535n, 3n), "server 3 called for an election"],
  ["a number alone, as before 3.4.6", greeting(9n, 0n), "server 9 called for an election"],
  [
    "something else",
    Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    "something that is no ZooKeeper server",
  ],
])("%s is hung up on, and named in the log", async (_name, bytes, expected) => {
  const port = await freePort();
  stop = await refuseJavaElections({ host: "127.0.0.1", port }, log);
  expect(await call(port, bytes)).toBe("");
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(expected);
});

test("a server that calls again and again is told of once, others on their own", async () => {
  const port = await freePort();
  stop = await refuseJavaElections({ host: "127.0.0.1", port }, log);
  for (let i = 0; i < 3; i++) await call(port, greeting(-65_536n, 7n));
  await call(port, greeting(-65_536n, 8n));
  expect(warnings.map((text) => text.slice(0, 8))).toEqual(["server 7", "server 8"]);
});

test("a port in use is refused with what to change", async () => {
  const port = await freePort();
  stop = await refuseJavaElections({ host: "127.0.0.1", port }, log);
  const second = refuseJavaElections({ host: "127.0.0.1", port }, log);
  await expect(second).rejects.toMatchObject({ code: "ERR_ADDRESS" });
  await expect(second).rejects.toThrow(/change the server line in zoo.cfg/);
});
