import { createHash } from "node:crypto";
import { majorityOf, QuorateError, type Configuration, type NodeId } from "@quorate/core";

/** A member as a new cluster is told of it. */
export interface InitialMember {
  readonly name: string;
  readonly peerUrls: readonly string[];
}

/** Who is who in a new cluster. */
export interface ClusterIdentity {
  /** In lower-case hex, as etcd prints it. */
  readonly cluster: string;
  readonly members: readonly (InitialMember & { readonly id: NodeId })[];
}

/**
 * Derives the ids of a new cluster and its members as etcd does, so that every member arrives at
 * the same ones from its own flags.
 *
 * @param token - keeps clusters with the same addresses apart
 */
export function clusterIdentity(members: readonly InitialMember[], token: string): ClusterIdentity {
  const named = members.map((member) => ({ ...member, id: hex(memberId(member.peerUrls, token)) }));
  const ids = members.map((member) => memberId(member.peerUrls, token));
  ids.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const bytes = Buffer.alloc(8 * ids.length);
  for (const [i, id] of ids.entries()) bytes.writeBigUInt64BE(id, 8 * i);
  return { cluster: hex(headOfSha1(bytes)), members: named };
}

/**
 * The id of the member that has the name.
 *
 * @throws `ERR_CONFIGURATION` when none has
 */
export function idOf(identity: ClusterIdentity, name: string): NodeId {
  const own = identity.members.find((member) => member.name === name);
  if (own !== undefined) return own.id;
  throw new QuorateError("ERR_CONFIGURATION", `the initial cluster names no member "${name}"`);
}

/** What a new cluster's members agree on before there is a log: that a majority of them decides. */
export function initialConfiguration({ members }: ClusterIdentity): Configuration {
  return majorityOf(members.map(({ id, peerUrls }) => ({ id, addresses: peerUrls })));
}

function memberId(peerUrls: readonly string[], token: string): bigint {
  return headOfSha1(Buffer.from([...peerUrls].sort().join("") + token));
}

function headOfSha1(bytes: Uint8Array): bigint {
  return createHash("sha1").update(bytes).digest().readBigUInt64BE(0);
}

/** Without leading zeros: etcd prints ids so, and clients send them back as they were printed. */
function hex(id: bigint): string {
  return id.toString(16);
}
