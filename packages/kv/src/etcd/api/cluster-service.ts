import { isVoter } from "@quorate/core";
import type { Method } from "../../grpc/index.ts";
import { decodeMemberList, type ProtoWriter } from "../codec/index.ts";
import { decodeOrFail, respond, whenReadable, wireId, type EtcdMember } from "./etcd-member.ts";

/** etcdserverpb.Cluster, as far as it changes nothing. */
export function clusterService(member: EtcdMember): readonly (readonly [string, Method])[] {
  const list: Method = {
    kind: "unary",
    handle: (bytes, call) => {
      const linearizable = decodeOrFail(decodeMemberList, bytes, call);
      if (linearizable === null) return;
      whenReadable(member, !linearizable, call, () => respond(call, memberList(member)));
    },
  };
  return [["/etcdserverpb.Cluster/MemberList", list]];
}

/** Addresses are the configuration's, names and client URLs what the members announced. */
function memberList(member: EtcdMember): ProtoWriter {
  const { latest } = member.requests.view().configurations;
  // Unlike every other header etcd's says no revision here.
  const writer = member.begin(0);
  const members = latest.members.map((each) => ({ ...each, wire: wireId(each.id) }));
  // By id as etcd lists them, so that every member gives the same order.
  members.sort((a, b) => (a.wire < b.wire ? -1 : 1));
  for (const { id, wire, addresses } of members) {
    const announced = member.machine.members.get(id);
    const item = writer.open(2);
    writer.uint64(1, wire).string(2, announced?.name ?? "");
    for (const url of addresses) writer.string(3, url);
    for (const url of announced?.clientUrls ?? []) writer.string(4, url);
    writer.bool(5, !isVoter(latest, id)).close(item);
  }
  return writer;
}
