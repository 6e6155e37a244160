import { ByteReader } from "./codec/byte-reader.ts";
import { ByteWriter } from "./codec/byte-writer.ts";
import { QuorateError } from "./errors.ts";
import type { NodeId } from "./ids.ts";
import { votersOf, type MajorityRule, type QuorumRule, type WeightedRule } from "./quorum/rule.ts";

/** One member as the configuration knows it. Names and client addresses belong to the service. */
export interface Member {
  readonly id: NodeId;
  /** Where peers reach it, in the transport's notation: `http://host:port` for etcd's flags. */
  readonly addresses: readonly string[];
}

/**
 * Who takes part, and whose agreement decides. Members without a vote (learners, observers) are
 * those that `quorum` does not name.
 */
export interface Configuration {
  readonly members: readonly Member[];
  readonly quorum: QuorumRule;
}

/**
 * What a member believes: `latest` counts from the moment it is appended, `committed` is where a
 * truncation falls back to. Equal while no change is under way.
 */
export interface Configurations {
  readonly committed: Configuration;
  readonly latest: Configuration;
}

/** A configuration in which every member votes. */
export function majorityOf(members: readonly Member[]): Configuration {
  return { members, quorum: { kind: "majority", voters: members.map((member) => member.id) } };
}

/** Whether the member may vote and lead. */
export function isVoter(configuration: Configuration, id: NodeId): boolean {
  return votersOf(configuration.quorum).includes(id);
}

/** Encodes a configuration for its log entry and for snapshots. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(FORMAT).u32(configuration.members.length);
  for (const { id, addresses } of configuration.members) {
    writer.string(id).u32(addresses.length);
    for (const address of addresses) writer.string(address);
  }
  writeRule(writer, configuration.quorum);
  return writer.finish();
}

/**
 * @throws `ERR_MALFORMED` when the bytes are not a configuration, or one whose quorum names
 * somebody who is not a member
 */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  const reader = new ByteReader(bytes, "configuration");
  const format = reader.u8();
  if (format !== FORMAT) throw reader.malformed(`format ${format} is not known here`);
  const members: Member[] = [];
  for (let left = reader.count(8); left > 0; left--) {
    const id = reader.string();
    const addresses: string[] = [];
    for (let more = reader.count(4); more > 0; more--) addresses.push(reader.string());
    members.push({ id, addresses });
  }
  const configuration = { members, quorum: readRule(reader) };
  reader.end();
  const why = whyImpossible(configuration);
  if (why !== null) throw reader.malformed(`impossible configuration: ${why}`);
  return configuration;
}

/**
 * Refuses configurations that could never decide anything or that name somebody twice.
 *
 * @throws `ERR_CONFIGURATION`
 */
export function checkConfiguration(configuration: Configuration): void {
  const why = whyImpossible(configuration);
  if (why !== null) {
    throw new QuorateError("ERR_CONFIGURATION", `impossible configuration: ${why}`);
  }
}

function whyImpossible({ members, quorum }: Configuration): string | null {
  const ids = new Set(members.map((member) => member.id));
  if (ids.size !== members.length) return "a member is named twice";
  const voters = votersOf(quorum);
  if (voters.length === 0) return "nobody votes";
  const stranger = voters.find((voter) => !ids.has(voter));
  return stranger === undefined ? null : `voter ${stranger} is not a member`;
}

const FORMAT = 1;

function writeRule(writer: ByteWriter, rule: QuorumRule): void {
  switch (rule.kind) {
    case "majority":
      writer.u8(0).u32(rule.voters.length);
      for (const voter of rule.voters) writer.string(voter);
      return;
    case "weighted":
      writer.u8(1).u32(rule.groups.length);
      for (const group of rule.groups) {
        writer.u32(group.length);
        for (const { id, weight } of group) writer.string(id).u32(weight);
      }
      return;
    case "joint":
      writer.u8(2);
      writeRule(writer, rule.outgoing);
      writeRule(writer, rule.incoming);
  }
}

function readRule(reader: ByteReader): QuorumRule {
  const tag = reader.u8();
  if (tag !== 2) return readSimpleRule(reader, tag);
  return {
    kind: "joint",
    outgoing: readSimpleRule(reader, reader.u8()),
    incoming: readSimpleRule(reader, reader.u8()),
  };
}

function readSimpleRule(reader: ByteReader, tag: number): MajorityRule | WeightedRule {
  if (tag === 0) {
    const voters: NodeId[] = [];
    for (let left = reader.count(4); left > 0; left--) voters.push(reader.string());
    return { kind: "majority", voters };
  }
  if (tag !== 1) throw reader.malformed(`quorum rule ${tag} is not known here`);
  const groups: { id: NodeId; weight: number }[][] = [];
  for (let left = reader.count(4); left > 0; left--) {
    const group: { id: NodeId; weight: number }[] = [];
    for (let more = reader.count(8); more > 0; more--) {
      group.push({ id: reader.string(), weight: reader.u32() });
    }
    groups.push(group);
  }
  return { kind: "weighted", groups };
}
