import { STATUS, type Method } from "../../grpc/index.ts";
import { decodeHealthCheck, ProtoWriter } from "../codec/index.ts";
import { decodeOrFail, type EtcdMember } from "./etcd-member.ts";

const SERVING = 1;
const NOT_SERVING = 2;

/** grpc.health.v1.Health: a member serves while it knows a leader. */
export function healthService(member: EtcdMember): readonly (readonly [string, Method])[] {
  const check: Method = {
    kind: "unary",
    handle: (bytes, call) => {
      const service = decodeOrFail(decodeHealthCheck, bytes, call);
      if (service === null) return;
      if (service !== "" && service !== "etcdserver") {
        return call.fail(STATUS.notFound, "unknown service");
      }
      call.respond(answer(member));
    },
  };
  const watch: Method = {
    kind: "stream",
    handle: (call) => {
      const stop = member.requests.onView(() => call.send(answer(member)));
      call.onCancel(stop);
      call.onMessage(() => call.send(answer(member)));
      // The client has asked its one question and goes on listening.
      call.onHalfClose(() => {});
    },
  };
  return [
    ["/grpc.health.v1.Health/Check", check],
    ["/grpc.health.v1.Health/Watch", watch],
  ];
}

function answer(member: EtcdMember): Uint8Array {
  const status = member.requests.view().leader === null ? NOT_SERVING : SERVING;
  return new ProtoWriter(8).int64(1, status).finish();
}
