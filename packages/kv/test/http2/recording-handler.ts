import type { RequestHandler } from "../../src/http2/connection.ts";
import { encodeStatus, prepareBlock } from "../../src/http2/hpack/encoder.ts";
import type { RequestHead } from "../../src/http2/request-head.ts";
import type { Http2Stream, StreamSink } from "../../src/http2/stream.ts";

export const OK = prepareBlock([encodeStatus(200)]);

/** Notes what it is told of each stream; answers only when the test does. */
export class RecordingHandler implements RequestHandler<RequestHead> {
  readonly told: string[] = [];
  readonly streams = new Map<number, Http2Stream>();
  /** Runs while a request begins, before its sink is known. */
  onBegin: (stream: Http2Stream) => void = () => {};
  onDrained: (stream: Http2Stream) => void = () => {};
  /** How often a head had to be looked at. */
  routed = 0;

  route(head: RequestHead): RequestHead {
    this.routed++;
    return head;
  }

  begin(stream: Http2Stream, head: RequestHead): StreamSink {
    const { id } = stream;
    this.told.push(`begin ${id} ${head.path}`);
    this.streams.set(id, stream);
    this.onBegin(stream);
    return {
      received: (_, start, end) => void this.told.push(`received ${id} ${end - start}`),
      halfClosed: () => void this.told.push(`halfClosed ${id}`),
      aborted: () => void this.told.push(`aborted ${id}`),
      drained: () => {
        this.told.push(`drained ${id}`);
        this.onDrained(stream);
      },
    };
  }

  /** What was told since the last time. */
  take(): string[] {
    return this.told.splice(0);
  }

  stream(id: number): Http2Stream {
    const stream = this.streams.get(id);
    if (stream === undefined) throw new Error(`no request on stream ${id}`);
    return stream;
  }

  /** Answers with a body that ends the stream. */
  answer(id: number, body: Uint8Array): void {
    const stream = this.stream(id);
    stream.headers(OK, false);
    stream.data([body]);
    stream.end(null);
  }
}
