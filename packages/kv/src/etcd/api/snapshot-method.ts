import type { Method, StreamCall } from "../../grpc/index.ts";
import { decodeNothing } from "../codec/index.ts";
import { decodeOrFail, refused, type EtcdMember } from "./etcd-member.ts";
import { SnapshotStream } from "./snapshot-stream.ts";

/** Snapshots under way at once: each holds on to the state that it is of, and clients may be slow. */
const SNAPSHOTS_MAX = 4;

/** `Maintenance.Snapshot`: this member's state as a file, of the moment when it was asked for. */
export function snapshotMethod(member: EtcdMember): Method {
  let underWay = 0;
  const start = (call: StreamCall): void => {
    if (underWay >= SNAPSHOTS_MAX) return void refused(call, "tooManyRequests");
    underWay++;
    new SnapshotStream(member, call, () => underWay--).start();
  };
  return {
    kind: "stream",
    handle: (call) => {
      let asked = false;
      call.onHalfClose(() => {});
      call.onMessage((bytes) => {
        if (asked || decodeOrFail(decodeNothing, bytes, call) === null) return;
        asked = true;
        start(call);
      });
    },
  };
}
