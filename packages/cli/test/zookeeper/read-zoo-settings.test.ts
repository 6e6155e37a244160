import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CliError } from "../../src/cli-error.ts";
import { EXIT } from "../../src/exit-codes.ts";
import { readZooSettings } from "../../src/zookeeper/read-zoo-settings.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "quorate-zoo-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (...path: readonly string[]): string => join(root, ...path);

/** Writes a file below the test's directory and returns its path. */
function write(name: string, text: string | Uint8Array): string {
  const path = at(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function zooCfg(...lines: readonly string[]): string {
  return write("zoo.cfg", [`dataDir=${at("data")}`, "clientPort=2181", ...lines].join("\n"));
}

function refusal(path: string): CliError {
  try {
    readZooSettings(path);
  } catch (thrown) {
    if (thrown instanceof CliError) return thrown;
    throw thrown;
  }
  throw new Error("accepted");
}

const THREE = [
  "initLimit=10",
  "syncLimit=5",
  "server.1=a:2888:3888",
  "server.2=b:2888:3888",
  "server.3=c:2888:3888",
];

describe("a server's files", () => {
  test("are the main file and myid", () => {
    write("data/myid", "2\nsecond line\n");
    const { settings, warnings } = readZooSettings(zooCfg(...THREE));
    expect(settings).toMatchObject({
      directories: { dataDir: at("data"), logDir: at("data"), storageDir: at("data/quorate") },
      ensemble: { kind: "replicated", self: "2" },
    });
    expect(warnings).toEqual([]);
  });

  test("and the dynamic one, if the main one names it", () => {
    write("data/myid", "3");
    const dynamic = write("zoo.cfg.dynamic.100", THREE.slice(2).join("\n"));
    write("zoo.cfg.dynamic.next", "");
    const path = zooCfg(...THREE.slice(0, 2), `dynamicConfigFile=${dynamic}`);
    const { settings, warnings } = readZooSettings(path);
    expect(settings.ensemble).toMatchObject({ kind: "replicated", self: "3" });
    expect(warnings).toEqual([
      `${path}.dynamic.next is a change of members that ZooKeeper did not finish: it is not read`,
    ]);
  });

  test("are Latin-1, as Java reads them", () => {
    const path = write("zoo.cfg", Buffer.from("dataDir=/srv/donn\u00e9es\nclientPort=1", "latin1"));
    expect(readZooSettings(path).settings.directories.dataDir).toBe("/srv/données");
  });

  test("may keep the data beside the log", () => {
    mkdirSync(at("data/version-2"), { recursive: true });
    const { settings } = readZooSettings(zooCfg(`dataLogDir=${at("log")}`));
    expect(settings.directories.storageDir).toBe(at("log/quorate"));
  });
});

describe("refused", () => {
  test("a file that is not there, or no file", () => {
    expect(refusal(at("none.cfg")).message).toMatch(/none\.cfg cannot be read: ENOENT/);
    expect(refusal(root).message).toMatch(/cannot be read: EISDIR/);
    const large = write("large.cfg", new Uint8Array(1024 * 1024 + 1));
    expect(refusal(large)).toMatchObject({
      exitCode: EXIT.usage,
      message: `${large} cannot be read: it is larger than 1048576 bytes`,
    });
  });

  test("a dynamic file that is not there, without a word on what it would say", () => {
    const path = zooCfg("dynamicConfigFile=/nonexistent/zk");
    expect(refusal(path).message).toMatch(
      /^.*zoo\.cfg:3: dynamicConfigFile: \/nonexistent\/zk cannot be read: ENOENT[^\n]*$/,
    );
  });

  test("a myid that is no number", () => {
    write("data/myid", "one\n");
    expect(refusal(zooCfg(...THREE)).message).toBe(
      `${at("data/myid")}:1: "one" is not a server's number: write the N of this machine's server.N into it, such as 1`,
    );
    rmSync(at("data/myid"));
    mkdirSync(at("data/myid"));
    expect(refusal(zooCfg(...THREE)).message).toMatch(/myid cannot be read: EISDIR[^\n]*$/);
  });

  test("everything that is wrong, at once", () => {
    write("data/version-2/log.1", "");
    const { message, exitCode } = refusal(zooCfg("tickTime=x", "sslQuorum=true", "server.1=h"));
    expect(exitCode).toBe(EXIT.usage);
    expect(message.split("\n")).toEqual([
      expect.stringMatching(/zoo\.cfg:4: sslQuorum is not supported: TLS/),
      expect.stringMatching(/zoo\.cfg:3: tickTime: "x" is not/),
      expect.stringMatching(/zoo\.cfg:5: server\.1: "h" lacks its two ports/),
      expect.stringMatching(/holds the data of Java's ZooKeeper/),
    ]);
  });

  test.each(["log.1a", "snapshot.0", "currentEpoch", "acceptedEpoch"])(
    "a directory with ZooKeeper's own %s",
    (name) => {
      const file = write(join("data/version-2", name), "");
      const error = refusal(zooCfg());
      expect(error).toMatchObject({ exitCode: EXIT.data, code: "ERR_STORAGE_FOREIGN" });
      expect(error.message).toBe(
        `${at("data")} holds the data of Java's ZooKeeper (${file}), which Quorate does not read: start with another dataDir that has only a copy of myid, and copy the nodes over with a client while ZooKeeper still serves them`,
      );
      rmSync(file);
      write(join("log/version-2", name), "");
      expect(refusal(zooCfg(`dataLogDir=${at("log")}`)).message).toMatch(/log holds the data/);
    },
  );

  test("a dataLogDir that would hide the data of this server", () => {
    mkdirSync(at("data/quorate"), { recursive: true });
    const path = zooCfg(`dataLogDir=${at("log")}`);
    expect(refusal(path)).toMatchObject({
      exitCode: EXIT.data,
      message: `this server's data is in ${at("data/quorate")}, from before dataLogDir was set: move that directory to ${at("log/quorate")} while the server is stopped, or remove dataLogDir`,
    });
    mkdirSync(at("log/quorate"), { recursive: true });
    expect(readZooSettings(path).settings.directories.storageDir).toBe(at("log/quorate"));
  });

  test("a directory that is not mounted, where none may be made", () => {
    mkdirSync(at("data"));
    const path = zooCfg(`dataLogDir=${at("log")}`, "datadir.autocreate=false");
    expect(refusal(path).message).toBe(
      `${path}:4: datadir.autocreate=false: ${at("log")} does not exist: mount or make it`,
    );
    mkdirSync(at("log"));
    expect(readZooSettings(path).warnings).toEqual([]);
  });
});
