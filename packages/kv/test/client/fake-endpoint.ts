import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from "node:net";

const open: (() => void)[] = [];

/** Ends what the helpers here began. */
export function closeEndpoints(): void {
  for (const close of open.splice(0)) close();
}

/** Remembers to close it. */
export function closing<Closable extends { close(): void }>(closable: Closable): Closable {
  open.push(() => closable.close());
  return closable;
}

/** An HTTP/2 server that answers each request as the test says, once all of it is there. */
export function endpoint(
  answer: (stream: ServerHttp2Stream, body: Buffer) => void,
): Promise<string> {
  return streamEndpoint((stream) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => answer(stream, Buffer.concat(chunks)));
  });
}

/** An HTTP/2 server that hands the test each request as it begins. */
export function streamEndpoint(
  begun: (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void,
): Promise<string> {
  // In megabytes: the tests, too, send much at once.
  const server = createServer({ maxSessionMemory: 1024 });
  server.on("session", (session) => open.push(() => session.destroy()));
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    begun(stream, headers);
  });
  return listening(server);
}

/** A port that nobody listens on any more. */
export async function deadEndpoint(): Promise<string> {
  const server = createTcpServer();
  const url = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

/** A port that takes connections, and says nothing on them. */
export function silentEndpoint(): Promise<string> {
  const server = createTcpServer((socket) => {
    open.push(() => socket.destroy());
    socket.on("error", () => undefined);
  });
  return listening(server);
}

/** What lies between a client and an endpoint, and can be cut without either hearing of it. */
export interface Wire {
  readonly url: string;
  cut(): void;
}

export async function wireTo(url: string): Promise<Wire> {
  let isCut = false;
  const server = createTcpServer((near) => {
    const far = connect(Number(new URL(url).port), "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.push(() => from.destroy());
      from.on("error", () => undefined);
      from.on("data", (chunk) => {
        if (!isCut) to.write(chunk);
      });
    }
  });
  return { url: await listening(server), cut: () => (isCut = true) };
}

export function reply(
  stream: ServerHttp2Stream,
  body: Uint8Array,
  status = "0",
  message = "",
): void {
  stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
  stream.on("wantTrailers", () =>
    stream.sendTrailers({ "grpc-status": status, "grpc-message": message }),
  );
  stream.end(body);
}

/** A message as gRPC frames it. */
export function framed(text: string): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

function listening(server: Http2Server | Server): Promise<string> {
  open.push(() => server.close());
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}
