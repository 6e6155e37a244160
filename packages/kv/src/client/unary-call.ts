import type { ClientStream, StreamSink, UnaryOptions } from "./channel.ts";
import type { ClientClock } from "./clock.ts";
import { EtcdError } from "./etcd-error.ts";

/** A call that was begun, of either kind of channel. */
export interface BegunCall extends Pick<ClientStream, "send" | "halfClose" | "cancel"> {
  /** Ends it for its sink, as no answer has come in time. */
  late(): void;
}

const EMPTY = "the server gave no answer and no error";

/** Sends one message and waits for the one that answers it. */
export function unaryCall(
  clock: ClientClock,
  request: Uint8Array,
  { timeoutMillis, repeatable, signal }: UnaryOptions,
  begin: (sink: StreamSink) => BegunCall,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    let answer: Uint8Array | null = null;
    const call = begin({
      message: (bytes) => (answer = bytes),
      end: (error) => {
        stop();
        if (error !== null) reject(error);
        else if (answer !== null) resolve(answer);
        else reject(new EtcdError("INTERNAL", EMPTY, { maybeApplied: !repeatable }));
      },
    });
    const abort = (): void => {
      stop();
      call.cancel();
      reject(signal?.reason as Error);
    };
    const stopTimer = clock.after(timeoutMillis, () => call.late());
    const stop = (): void => {
      stopTimer();
      signal?.removeEventListener("abort", abort);
    };
    signal?.addEventListener("abort", abort);
    call.send(request);
    call.halfClose();
  });
}
