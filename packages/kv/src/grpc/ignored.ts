import type { StreamSink } from "../http2/index.ts";

/** Takes what still comes of a request that was answered by its head alone. */
export const IGNORED: StreamSink = {
  received() {},
  halfClosed() {},
  aborted() {},
  drained() {},
};
