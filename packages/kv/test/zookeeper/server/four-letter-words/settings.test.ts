import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { ServerUnderTest } from "../server-under-test.ts";
import { ask } from "./asking.ts";

let under: ServerUnderTest;

afterEach(() => under.close());

async function directory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "quorate-words-"));
  onTestFinished(() => rm(path, { recursive: true }));
  await mkdir(join(path, "log"));
  await writeFile(join(path, "log", "1"), Buffer.alloc(1000));
  await writeFile(join(path, "snapshot"), Buffer.alloc(34));
  return path;
}

test("conf and dirs tell the bytes of all files", async () => {
  const dataDir = await directory();
  under = await ServerUnderTest.start({ fourLetterWords: ["*"], dataDir });
  expect(await ask(under, "dirs")).toBe("datadir_size: 1034\nlogdir_size: 1034\n");
  expect(await ask(under, "conf")).toContain(
    `dataDir=${dataDir}\ndataDirSize=1034\ndataLogDir=${dataDir}\ndataLogSize=1034\n`,
  );
});

test("in an ensemble conf tells who belongs to it, as /zookeeper/config does", async () => {
  const membership = "server.2=b:2881:3881:observer\nserver.1=a:2888:3888:participant\nversion=0";
  const ensembleSettings = { initLimit: 10, syncLimit: 5 };
  const options = { fourLetterWords: ["conf"], ensembleSettings, membership };
  under = await ServerUnderTest.start(options);
  const [, told] = (await ask(under, "conf")).split("serverId=1\n");
  expect(told).toBe(
    "initLimit=10\nsyncLimit=5\nelectionAlg=3\nelectionPort=3888\nquorumPort=2888\npeerType=0\n" +
      `membership: \n${membership}`,
  );
});

test("what /zookeeper/config does not tell is told to be unknown", async () => {
  const ensembleSettings = { initLimit: 10, syncLimit: 5 };
  under = await ServerUnderTest.start({ fourLetterWords: ["conf"], ensembleSettings });
  expect(await ask(under, "conf")).toContain("electionPort=-1\nquorumPort=-1\n");
});
