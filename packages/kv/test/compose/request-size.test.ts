import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { connect, startMember } from "../../src/index.ts";

const MIB = 1024 * 1024;

test("a member that takes larger requests takes them from the socket to the disk", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "quorate-size-"));
  const member = await startMember({
    dataDir,
    listenPeerUrls: [],
    listenClientUrls: ["http://127.0.0.1:0"],
    requestBytesMax: 8 * MIB,
  });
  const client = connect({ endpoints: member.clientAddresses });
  try {
    await client.put("k", Buffer.alloc(7 * MIB, 1));
    expect((await client.get("k"))?.value).toHaveLength(7 * MIB);
    await expect(client.put("k", Buffer.alloc(8 * MIB))).rejects.toMatchObject({
      reason: "requestTooLarge",
    });
    await expect(client.put("k", Buffer.alloc(9 * MIB))).rejects.toMatchObject({
      code: "RESOURCE_EXHAUSTED",
    });
  } finally {
    client.close();
    await member.close();
    await rm(dataDir, { recursive: true });
  }
});
