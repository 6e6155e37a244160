import { afterEach, beforeEach, expect, test } from "vitest";
import { OPCODE } from "../../../../src/zookeeper/codec/index.ts";
import { frame, read } from "../../requests.ts";
import { ServerUnderTest } from "../server-under-test.ts";
import { ask } from "./asking.ts";

let under: ServerUnderTest;

const { exists, getChildren, getData, addWatch } = OPCODE;
const RECURSIVE = 1;

beforeEach(async () => {
  under = await ServerUnderTest.start({ fourLetterWords: ["*"] });
});

afterEach(() => under.close());

test("without watches there is little to tell", async () => {
  expect(await ask(under, "wchs")).toBe("0 connections watching 0 paths\nTotal watches:0\n");
  expect(await ask(under, "wchc")).toBe("\n");
  expect(await ask(under, "wchp")).toBe("\n");
});

test("watches are told by session and by path, those on children alone left out", async () => {
  const [one, two] = [await under.open(), await under.open()];
  one.send(
    read(1, getData, "/zookeeper", true),
    read(2, exists, "/nope", true),
    read(3, getChildren, "/", true),
  );
  await one.replies(3);
  two.send(read(1, exists, "/zookeeper", true));
  two.send(frame(2, addWatch, (writer) => writer.ustring("/r").int(RECURSIVE)));
  await two.replies(2);
  const [first, second] = ["0x100000000000001", "0x100000000000002"];
  expect(await ask(under, "wchs")).toBe("2 connections watching 3 paths\nTotal watches:4\n");
  expect(await ask(under, "wchc")).toBe(
    `${first}\n\t/zookeeper\n\t/nope\n${second}\n\t/zookeeper\n\t/r\n\n`,
  );
  expect(await ask(under, "wchp")).toBe(
    `/zookeeper\n\t${first}\n\t${second}\n/nope\n\t${first}\n/r\n\t${second}\n\n`,
  );
});

test("too many are counted, but not listed", async () => {
  const [one, two] = [await under.open(), await under.open()];
  const many = Array.from({ length: 50_001 }, (_, i) => `/nope/${i}`);
  for (const client of [one, two]) {
    client.send(
      frame(1, OPCODE.setWatches, (writer) => {
        writer.long(1).int(0).int(many.length);
        for (const path of many) writer.ustring(path);
        writer.int(0);
      }),
    );
    await client.reply();
  }
  expect(await ask(under, "wchs")).toContain("Total watches:100002\n");
  for (const word of ["wchc", "wchp"]) {
    expect(await ask(under, word)).toBe(
      "There are 100002 watches, and no more than 100000 are listed at once\n",
    );
  }
});
