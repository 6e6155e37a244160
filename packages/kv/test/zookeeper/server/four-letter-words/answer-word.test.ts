import { hostname } from "node:os";
import { afterEach, describe, expect, test } from "vitest";
import { ServerUnderTest } from "../server-under-test.ts";
import { ask } from "./asking.ts";

let under: ServerUnderTest;

afterEach(() => under.close());

const NOT_SERVING = "This ZooKeeper instance is not currently serving requests\n";

test("what needs no state is answered in ZooKeeper's words", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  expect(await ask(under, "envi")).toMatch(
    /^Environment:\nzookeeper\.version=\d+\.\d+\.\d+-quorate\n/,
  );
  expect(await ask(under, "envi")).toContain(`host.name=${hostname()}\n`);
  expect(await ask(under, "ruok")).toBe("imok");
  expect(await ask(under, "isro")).toBe("rw");
  expect(await ask(under, "gtmk")).toBe("0");
  expect(await ask(under, "stmk\0\0\0\0\0\0\u0001\u0032")).toBe("0");
});

test("hash tells the digest of the tree, and the zxid that it is of", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  await under.open();
  expect(await ask(under, "hash")).toBe(`200000001: ${under.machine.tree.digest}\n`);
});

describe("without a leader", () => {
  test.each([
    ["ruok", "imok"],
    ["isro", "null"],
    ["gtmk", "0"],
    ["stmk", "0"],
    ...["conf", "cons", "crst", "dirs", "dump", "hash", "mntr"].map((w) => [w, NOT_SERVING]),
    ...["srst", "srvr", "stat", "wchc", "wchp", "wchs"].map((w) => [w, NOT_SERVING]),
  ])("%s is answered with %j", async (word, expected) => {
    under = await ServerUnderTest.start(
      { fourLetterWords: ["*"] },
      { leader: null, isLeader: false },
    );
    expect(await ask(under, word)).toBe(expected);
  });

  test("envi is answered", async () => {
    under = await ServerUnderTest.start({ fourLetterWords: ["envi"] }, { leader: null });
    expect(await ask(under, "envi")).toContain("Environment:\n");
  });
});

describe("the whitelist", () => {
  test.each(["ruok", "mntr", "cons", "wchs", "isro", "stmk"])(
    "keeps %s unanswered that it does not name",
    async (word) => {
      under = await ServerUnderTest.start();
      const refusal = `${word} is not executed because it is not in the whitelist.\n`;
      expect(await ask(under, word)).toBe(refusal);
    },
  );

  test("does not keep srvr from being answered, which ZooKeeper's own scripts ask", async () => {
    under = await ServerUnderTest.start({ fourLetterWords: ["ruok"] });
    expect(await ask(under, "srvr")).toContain("Mode: standalone\n");
    expect(await ask(under, "ruok")).toBe("imok");
    expect(await ask(under, "stat")).toContain("not in the whitelist");
  });
});

test("a word may come in pieces, and with more behind it", async () => {
  under = await ServerUnderTest.start();
  const client = await under.connect();
  for (const letter of "srvr") {
    client.raw(letter);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await client.text()).toContain("Mode: standalone");
  expect(await ask(under, "srvr\n")).toContain("Mode: standalone");
});

test("a word is answered even if whoever asks has ended its side", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  for (const word of ["srvr", "mntr", "conf"]) {
    const client = await under.connect();
    client.socket.end(word);
    expect(await client.text()).toMatch(/standalone|clientPort/);
  }
});

test("who asks and goes away does no harm", async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
  const client = await under.connect();
  client.raw("mntr");
  client.destroy();
  expect(await ask(under, "srvr")).toContain("Connections: ");
});
