import { isVoter } from "@quorate/core";
import { modeOf, serversOf, type MemberServer, type ServerFacts } from "../facts/index.ts";
import { refused, told, type Command, type Outcome } from "./command.ts";
import type { Json, JsonObject } from "./json.ts";

/** What can be asked about the ensemble. */
export const ENSEMBLE_COMMANDS: readonly Command[] = [
  { name: "leader", aliases: ["lead"], always: false, run: leader },
  { name: "observers", aliases: ["obsr"], always: false, run: observers },
  { name: "voting_view", aliases: [], always: false, run: votingView },
  { name: "zabstate", aliases: [], always: true, run: zabState },
];

function leader(facts: ServerFacts): Outcome {
  const { view } = facts;
  if (!isOfEnsemble(facts) || view.leader === null) return refused("server is not initialized");
  return told({
    is_leader: view.isLeader,
    leader_id: Number(view.leader),
    leader_ip: serverOf(facts, view.leader)?.ways[0]?.host ?? "",
  });
}

/** Those that follow this server, leading, and are up to date. */
function observers(facts: ServerFacts): Outcome {
  const { progress, configurations } = facts.view;
  const synced = [...progress].filter(
    ([id, { active, state }]) =>
      active && state === "replicate" && !isVoter(configurations.committed, id),
  );
  return told({
    synced_observers: synced.length,
    observers: synced.map(([id]) => ({
      remote_socket_address: `/${quorumAddresses(serverOf(facts, id))[0] ?? ""}`,
      sid: Number(id),
    })),
  });
}

function votingView(facts: ServerFacts): Outcome {
  if (!isOfEnsemble(facts)) return told({ current_config: {} });
  const voters = serversOf(facts.settings.membership).filter(({ role }) => role === "participant");
  const views = voters.map((server): [string, Json] => [
    server.sid,
    {
      server_addresses: quorumAddresses(server),
      election_addresses: electionAddresses(server),
      client_address: server.client,
      learner_type: server.role,
    },
  ]);
  return told({ current_config: Object.fromEntries(views) });
}

function zabState(facts: ServerFacts): Outcome {
  const { view, machine, settings } = facts;
  const { zabState: state } = view.details;
  if (!isOfEnsemble(facts)) return told({ voting: false, zabstate: "" });
  const own = serverOf(facts, view.self);
  return told({
    myid: settings.serverId,
    is_leader: view.isLeader,
    quorum_address: addressFields(quorumAddresses(own)),
    election_address: addressFields(electionAddresses(own)),
    client_address: own?.client || null,
    voting: isVoter(view.configurations.committed, view.self),
    last_zxid: `0x${machine.lastZxid.toString(16)}`,
    zab_epoch: Math.floor(machine.lastZxid / COUNTER_SPAN),
    zab_counter: machine.lastZxid % COUNTER_SPAN,
    zabstate: String(state).toLowerCase(),
  });
}

/** The counter is the lower half of a zxid. */
const COUNTER_SPAN = 0x1_0000_0000;

/** A server by itself, or one that serves only readers, tells no more of its ensemble in ZooKeeper either. */
function isOfEnsemble(facts: ServerFacts): boolean {
  return facts.service === "full" && modeOf(facts) !== "standalone";
}

function serverOf({ settings }: ServerFacts, id: string): MemberServer | null {
  return serversOf(settings.membership).find(({ sid }) => sid === id) ?? null;
}

function quorumAddresses(server: MemberServer | null): readonly string[] {
  return server?.ways.map(({ host, quorumPort }) => `${host}:${quorumPort}`) ?? [];
}

function electionAddresses(server: MemberServer | null): readonly string[] {
  return server?.ways.map(({ host, electionPort }) => `${host}:${electionPort}`) ?? [];
}

function addressFields(addresses: readonly string[]): JsonObject {
  return { all_addresses: addresses, one: addresses[0] ?? "" };
}
