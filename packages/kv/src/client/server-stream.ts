import { Inbox } from "./inbox.ts";
import { decoded, type Rpc } from "./rpc.ts";

/** What may wait to be taken before the server is to wait. */
const WAITING_BYTES = 1024 * 1024;

/** The answers to one request that has many; the server waits for whoever takes them. */
export async function* serverStream<Answer>(
  rpc: Rpc,
  path: string,
  request: Uint8Array,
  decode: (bytes: Uint8Array) => Answer,
  signal: AbortSignal | undefined,
): AsyncGenerator<Answer> {
  signal?.throwIfAborted();
  const inbox = new Inbox<Uint8Array>(() => stream.resume());
  const stream = rpc.channel.stream(
    path,
    {
      message: (bytes) => {
        inbox.put(bytes, bytes.length);
        if (inbox.size > WAITING_BYTES) stream.pause();
      },
      end: (error) => inbox.end(error),
    },
    { needsLeader: false },
  );
  const abort = (): void => inbox.end(signal?.reason);
  signal?.addEventListener("abort", abort);
  try {
    stream.send(request);
    stream.halfClose();
    for (;;) {
      const next = await inbox.take();
      if (next.done === true) return;
      yield decoded(decode, next.value);
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    stream.cancel();
  }
}
