import { STATUS, type Method, type UnaryCall } from "../../grpc/index.ts";
import { decodeFirstBytes, decodeLock, encodeDeleteRange } from "../codec/index.ts";
import { decodeOrFail, refused, respond, type EtcdMember } from "./etcd-member.ts";
import { joinQueue } from "./join-queue.ts";
import { propose } from "./propose.ts";

/** v3lockpb.Lock */
export function lockService(member: EtcdMember): readonly (readonly [string, Method])[] {
  return [
    [
      "/v3lockpb.Lock/Lock",
      { kind: "unary", handle: (bytes, call) => handleLock(member, bytes, call) },
    ],
    [
      "/v3lockpb.Lock/Unlock",
      { kind: "unary", handle: (bytes, call) => handleUnlock(member, bytes, call) },
    ],
  ];
}

/** Answers when the caller has the lock: until then the call stays open. */
function handleLock(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const request = decodeOrFail(decodeLock, bytes, call);
  if (request === null) return;
  joinQueue(member, { ...request, value: new Uint8Array(0) }, call, {
    turn: ({ key }) => respond(call, member.begin().bytes(2, key)),
    lost: () => call.fail(STATUS.unknown, "mutex: session is expired"),
  });
}

function handleUnlock(member: EtcdMember, bytes: Uint8Array, call: UnaryCall): void {
  const key = decodeOrFail(decodeFirstBytes, bytes, call);
  if (key === null || refused(call, key.length === 0 ? "emptyKey" : null)) return;
  propose(member, "deleteRange", encodeDeleteRange({ key }), call, (_, revision) =>
    respond(call, member.begin(revision)),
  );
}
