import { afterAll, beforeAll, expect, test } from "vitest";
import { EXIT } from "../../src/exit-codes.ts";
import { run } from "../../src/run.ts";
import { hostPortText } from "../../src/zookeeper/host-port.ts";
import { fakeTerminal, type FakeTerminal } from "../fake-terminal.ts";
import { zk } from "../zookeeper-client/run-zk.ts";
import { expectTour } from "../zookeeper-client/zk-tour.ts";
import { RealEnsemble } from "./real-ensemble.ts";
import { until } from "./until.ts";

const MINUTE = 60_000;

let ensemble: RealEnsemble;
beforeAll(async () => {
  ensemble = await RealEnsemble.start(3, { settings: { extendedTypesEnabled: "true" } });
}, MINUTE);
afterAll(() => ensemble.close());

/** A command that runs until it is stopped. */
class Running {
  readonly #stop = new AbortController();
  readonly #terminal: FakeTerminal = fakeTerminal({ stop: this.#stop.signal });
  readonly #ended: Promise<number>;

  constructor(...args: readonly string[]) {
    this.#ended = run(["zk", ...args], this.#terminal);
  }

  said(text: string): Promise<true> {
    return until(`"${text}" is said`, () =>
      `${this.#terminal.stdout()}${this.#terminal.stderr()}`.includes(text) ? true : null,
    );
  }

  /** What it printed in its whole life. */
  async end(): Promise<string> {
    this.#stop.abort();
    expect(await this.#ended).toBe(EXIT.ok);
    return this.#terminal.stdout();
  }
}

test(
  "zk commands do to real servers what they say",
  () => expectTour(ensemble.endpoints.map(hostPortText).join(",")),
  MINUTE,
);

test(
  "watches and an ephemeral node outlive the server that they were with",
  async () => {
    const all = ["--endpoints", ensemble.endpoints.map(hostPortText).join(",")];
    const others = ["--endpoints", ensemble.endpoints.slice(1).map(hostPortText).join(",")];
    const does = async (...args: readonly string[]): Promise<void> => {
      expect(await zk(...args, ...others)).toMatchObject({ code: EXIT.ok, err: "" });
    };
    await does("create", "/w", "one");
    const holder = new Running("create", "/e", "", "--ephemeral", ...all);
    const watches = [["-R"], [], ["--data"], ["--children"]].map(
      (flags) => new Running("watch", "/w", ...flags, ...all),
    );
    await holder.said("held by session");
    for (const watch of watches) await watch.said("watching /w");

    await ensemble.kill(1);
    for (const command of [holder, ...watches]) await command.said("the session goes on at");
    await does("set", "/w", "two");
    await does("create", "/w/x", "");
    await does("stat", "/e");
    const [recursive, persistent, data, children] = watches;
    await recursive?.said("NodeCreated /w/x");
    await persistent?.said("NodeChildrenChanged /w");
    await data?.said("NodeDataChanged /w");
    await children?.said("+x");

    const printed = await Promise.all(watches.map((watch) => watch.end()));
    const names = printed.map((text) => text.replaceAll(/ zxid=0x[0-9a-f]+/g, "").trimEnd());
    expect(names).toEqual([
      "NodeDataChanged /w\nNodeCreated /w/x",
      "NodeDataChanged /w\nNodeChildrenChanged /w",
      "NodeDataChanged /w version=1",
      "NodeChildrenChanged /w +x",
    ]);
    expect(await holder.end()).toBe("/e\n");
    expect((await zk("stat", "/e", ...others)).err).toContain("NONODE");
  },
  2 * MINUTE,
);
