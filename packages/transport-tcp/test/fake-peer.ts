import { connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { decodeControl, encodeControl, type Control, type Hello } from "../src/control.ts";
import { channelOf, controlFrame, frameHead, FrameReader } from "../src/frame.ts";
import { Waiters } from "./waiters.ts";

export function bytesOf(control: Control): Buffer {
  return Buffer.from(controlFrame(encodeControl(control)));
}

export function frameOf(channel: number, text: string): Buffer {
  const payload = Buffer.from(text);
  return Buffer.concat([frameHead(channelOf(channel), [payload]), payload]);
}

/** The other end of a connection, spoken by hand. */
export class FakePeer {
  /** What was heard, by kind, and the frames as `0: text`; `closed` at the end. */
  readonly heard: string[] = [];
  readonly controls: Control[] = [];
  readonly #socket: Socket;
  readonly #waiters = new Waiters();

  constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new FrameReader(1_000_000, {
      control: (message) => {
        const control = decodeControl(message);
        this.controls.push(control);
        if (control.kind !== "probe" && control.kind !== "ping") this.#hear(control.kind);
        this.#waiters.wake();
      },
      frame: (channel, payload) => this.#hear(`${channel}: ${Buffer.from(payload).toString()}`),
    });
    socket.on("data", (chunk) => reader.push(chunk));
    socket.on("error", () => {});
    socket.on("close", () => this.#hear("closed"));
    onTestFinished(() => void socket.destroy());
  }

  static dial(port: number): FakePeer {
    return new FakePeer(connect(port, "127.0.0.1"));
  }

  /** Resolves when the text was heard so many times. */
  until(what: string, count: number = 1): Promise<void> {
    return this.#waiters.until(() => this.heard.filter((each) => each === what).length >= count);
  }

  /** Resolves when such a message was heard, also a mere sign of life. */
  untilSaid(kind: Control["kind"]): Promise<void> {
    return this.#waiters.until(() => this.controls.some((control) => control.kind === kind));
  }

  hello(): Hello {
    const found = this.controls.find((control) => control.kind === "hello");
    if (found === undefined) throw new Error("no hello was heard");
    return found.hello;
  }

  say(...controls: readonly Control[]): void {
    this.write(Buffer.concat(controls.map((control) => bytesOf(control))));
  }

  frame(channel: number, text: string): void {
    this.write(frameOf(channel, text));
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  #hear(what: string): void {
    this.heard.push(what);
    this.#waiters.wake();
  }
}

/** A place that a transport may dial: each connection becomes a fake peer. */
export class FakePlace {
  readonly peers: FakePeer[] = [];
  readonly url: string;
  readonly #waiters: Waiters;

  private constructor(url: string, waiters: Waiters) {
    this.url = url;
    this.#waiters = waiters;
  }

  static async open(): Promise<FakePlace> {
    const waiters = new Waiters();
    const server = createServer((socket) => {
      place.peers.push(new FakePeer(socket));
      waiters.wake();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const place: FakePlace = new FakePlace(`http://127.0.0.1:${port}`, waiters);
    return place;
  }

  /** The connection with the number, from 1, as soon as it is there. */
  async peer(number: number): Promise<FakePeer> {
    await this.#waiters.until(() => this.peers.length >= number);
    const peer = this.peers[number - 1];
    if (peer === undefined) throw new Error(`no connection ${number}`);
    return peer;
  }
}
