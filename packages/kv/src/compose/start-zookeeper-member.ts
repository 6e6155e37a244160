import { Prng, QuorateError } from "@quorate/core";
import { Zab, zabCodec, zabTimes, type ZabMessage } from "@quorate/zab";
import { randomInt } from "node:crypto";
import { ZooKeeperStateMachine, type ZooKeeperResult } from "../zookeeper/apply/index.ts";
import { startZooKeeperServer, type ListeningServer } from "../zookeeper/server/index.ts";
import { assembleGroup } from "./assemble-group.ts";
import { Closing } from "./closing.ts";
import { refuseJavaElections } from "./election-port.ts";
import { ensembleIdentity } from "./ensemble-identity.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { openGroup } from "./open-group.ts";
import type { RunningMember } from "./running-member.ts";
import { tellLeader } from "./tell-leader.ts";
import { whenLed } from "./when-led.ts";
import type { ZooKeeperMemberOptions } from "./zookeeper-member-options.ts";

/** The ZooKeeper service's consensus group. */
const GROUP = "zookeeper";

/** What a data directory's identity comes from, for who has to look for the mistake. */
const IDENTITY_SETTINGS = "dataDir, myid and the server lines of zoo.cfg";

/** What the peer URLs come from. */
export const LISTEN_SETTING = "the server line in zoo.cfg";

/** Elections wait some 200 ms here and there: time is noticed well within that. */
const DRIVER_TICK_MILLIS = 50;

/**
 * Starts one server of a ZooKeeper ensemble in this process: disk, peers, ZAB, tree, client protocol.
 *
 * @throws `ERR_ADDRESS`, `ERR_CONFIGURATION` and the codes of `openDataDirectory`
 */
export function startZooKeeperMember(options: ZooKeeperMemberOptions): Promise<RunningMember> {
  return Closing.guard((closing) => assemble(options, closing));
}

async function assemble(options: ZooKeeperMemberOptions, closing: Closing): Promise<RunningMember> {
  const { sid, configuration, log, tickMillis } = options;
  checkIsMember(options);
  const cluster = ensembleIdentity(configuration);
  const machine = new ZooKeeperStateMachine();
  const times = zabTimes(tickMillis, options.initLimit, options.syncLimit);
  // The server asks and answers through the driver, which comes first.
  let server: ListeningServer | null = null;
  const adapters = await openGroup(
    {
      group: GROUP,
      dataDir: options.dataDir,
      identity: { cluster, member: sid, from: IDENTITY_SETTINGS },
      machine,
      peering: options.peering ?? null,
      listening: { urls: options.listenPeerUrls, from: LISTEN_SETTING },
      log,
    },
    closing,
  );
  const driver = assembleGroup<ZabMessage, ZooKeeperResult>({
    group: GROUP,
    cluster,
    self: sid,
    machine,
    createProtocol: (recovered) =>
      new Zab({
        self: sid,
        configuration,
        recovered,
        prng: new Prng(randomInt(2 ** 47)),
        times,
      }),
    codec: zabCodec,
    adapters,
    runtime: nodeRuntime,
    checkpointEntries: options.snapshotEntries,
    limits: { storageStallMillis: times.syncMillis },
    log,
    onFatal: options.onFatal,
    onAsk: (_from, question, answer) => {
      if (server !== null) answer(server.onAsk(question));
    },
  });
  if (options.electionAddress !== null) {
    closing.add(await refuseJavaElections(options.electionAddress, log));
  }
  server = await startZooKeeperServer({
    sid: Number(sid),
    log: driver,
    machine,
    listen: options.client === null ? [] : [options.client],
    tickMillis,
    minSessionTimeoutMillis: options.minSessionMillis,
    maxSessionTimeoutMillis: options.maxSessionMillis,
    fourLetterWords: options.fourLetterWords,
    dataDir: options.dataDir,
    limits: { connectionsPerAddress: options.maxClientConnections },
    report: log,
  });
  const { addresses, tick } = boundTo(server);
  closing.add(() => server?.close());
  closing.add(tellLeader(driver, (id) => `server ${id}`, log));
  driver.start();
  const timers = [
    setInterval(() => driver.tick(), DRIVER_TICK_MILLIS),
    setInterval(tick, tickMillis / 2),
  ];
  closing.add(() => {
    for (const timer of timers) clearInterval(timer);
    driver.stop();
  });
  log.info({ member: sid, cluster }, "the member runs");
  return {
    id: sid,
    cluster,
    clientAddresses: addresses,
    status: () => {
      const { role, leader, term } = driver.view();
      return { id: sid, cluster, role, leader, term };
    },
    ready: () => whenLed(driver),
    close: () => closing.run(),
  };
}

function boundTo(server: ListeningServer): {
  readonly addresses: readonly string[];
  readonly tick: () => void;
} {
  const addresses = server.addresses.map(
    ({ host, port }) => `${host.includes(":") ? `[${host}]` : host}:${port}`,
  );
  return { addresses, tick: () => server.tick() };
}

function checkIsMember({ sid, configuration }: ZooKeeperMemberOptions): void {
  if (configuration.members.some(({ id }) => id === sid)) return;
  throw new QuorateError("ERR_CONFIGURATION", `the ensemble names no server ${sid}`);
}
