import type { Method, StreamCall } from "../../grpc/index.ts";
import { decodeWatchRequest, type WatchRequest, type WatchResponse } from "../codec/index.ts";
import type { WatchOutput, WatchStream } from "../watch/index.ts";
import { decodeOrFail, type EtcdMember } from "./etcd-member.ts";

/** etcdserverpb.Watch */
export function watchService(member: EtcdMember): readonly (readonly [string, Method])[] {
  const watch: Method = { kind: "stream", handle: (call) => handleWatch(member, call) };
  return [["/etcdserverpb.Watch/Watch", watch]];
}

function handleWatch(member: EtcdMember, call: StreamCall): void {
  const stream = member.watches.open(new CallOutput(member, call));
  call.onMessage((bytes) => {
    const request = decodeOrFail(decodeWatchRequest, bytes, call);
    if (request === null) stream.close();
    else take(stream, request);
  });
  // Who asks for no more watchers goes on listening.
  call.onHalfClose(() => {});
  call.onDrain(() => stream.drained());
  call.onCancel(() => stream.close());
}

function take(stream: WatchStream, request: WatchRequest): void {
  switch (request.kind) {
    case "create":
      return stream.create(request);
    case "cancel":
      return stream.cancel(request.watchId);
    case "progress":
      return stream.requestProgress();
    case "unknown": // etcd says nothing to that either
  }
}

/** Sends a watch stream's responses. */
class CallOutput implements WatchOutput {
  readonly #member: EtcdMember;
  readonly #call: StreamCall;

  constructor(member: EtcdMember, call: StreamCall) {
    this.#member = member;
    this.#call = call;
  }

  send(response: WatchResponse): boolean {
    const { watchResponses, requests } = this.#member;
    const size = watchResponses.begin(response, requests.view().term);
    return this.#call.sendWith(size, watchResponses.writeTo);
  }
}
