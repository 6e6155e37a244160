import type { Channel } from "../../../client/channel.ts";
import { decodeLeaseAnswer, decodeLeaseId } from "../../../etcd/codec/index.ts";

/** Is told of a lease that was granted or renewed, and when that was asked for. */
export type LeaseHeard = (id: bigint, askedAt: number) => void;

const GRANT = "/etcdserverpb.Lease/LeaseGrant";
const KEEP_ALIVE = "/etcdserverpb.Lease/LeaseKeepAlive";

/** The channel, overheard where it answers about leases. */
export function tapLeases(inner: Channel, now: () => number, heard: LeaseHeard): Channel {
  return {
    unary: async (method, request, options) => {
      const askedAt = now();
      const answer = await inner.unary(method, request, options);
      if (method === GRANT) heard(decodeLeaseAnswer(answer).id, askedAt);
      return answer;
    },
    stream: (method, sink, options) => {
      if (method !== KEEP_ALIVE) return inner.stream(method, sink, options);
      const askedAt = new Map<bigint, number>();
      const stream = inner.stream(
        method,
        {
          message: (bytes) => {
            const { id, ttlSeconds } = decodeLeaseAnswer(bytes);
            if (ttlSeconds > 0) heard(id, askedAt.get(id) ?? now());
            sink.message(bytes);
          },
          end: (error) => sink.end(error),
        },
        options,
      );
      return {
        send: (bytes) => {
          askedAt.set(decodeLeaseId(bytes), now());
          stream.send(bytes);
        },
        halfClose: () => stream.halfClose(),
        cancel: () => stream.cancel(),
        abandon: () => stream.abandon(),
        pause: () => stream.pause(),
        resume: () => stream.resume(),
      };
    },
    close: () => inner.close(),
  };
}
