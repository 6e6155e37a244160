import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startMember, type RunningEtcdMember } from "../../src/index.ts";

let dataDir: string;
let member: RunningEtcdMember;

/** A member alone, without a port. */
async function start(): Promise<void> {
  member = await startMember({ dataDir, listenClientUrls: [], listenPeerUrls: [] });
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "quorate-embedded-"));
  await start();
});

afterEach(async () => {
  await member.close();
  await rm(dataDir, { recursive: true, force: true });
});

test("a member without ports serves its own process, and remembers", async () => {
  expect(member.clientAddresses).toEqual([]);
  await member.client().put("greeting", "hello");
  await member.close();
  await start();
  expect((await member.client().get("greeting"))?.text).toBe("hello");
  expect(member.status()).toMatchObject({ role: "leader" });
});

test("its clients end with it, and one does not end another", async () => {
  const [one, other] = [member.client(), member.client()];
  one.close();
  await expect(one.get("x")).rejects.toMatchObject({ code: "CANCELLED" });
  expect(await other.get("x")).toBeNull();
  await member.close();
  await expect(other.get("x")).rejects.toMatchObject({ code: "CANCELLED" });
});

test("any free port is told with its number", async () => {
  await member.close();
  member = await startMember({
    dataDir,
    listenClientUrls: ["http://127.0.0.1:0"],
    listenPeerUrls: [],
  });
  expect(member.clientAddresses).toEqual([expect.stringMatching(/^http:\/\/127.0.0.1:[1-9]\d+$/)]);
});
