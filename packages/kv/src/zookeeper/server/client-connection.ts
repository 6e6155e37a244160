import {
  assert,
  QuorateError,
  toQuorateError,
  utf8Encode,
  type Index,
  type Outcome,
} from "@quorate/core";
import { permits, type Identity } from "../access/index.ts";
import type { Authority, ZooKeeperResult } from "../apply/index.ts";
import {
  decodeConnectRequest,
  ERROR,
  FrameSplitter,
  intAt,
  JuteReader,
  PERMISSION,
  readAuth,
  REQUEST_HEADER_BYTES,
  sessionText,
  writeBareReply,
  writeConnectResponse,
  writeNotification,
  type ConnectRequest,
  type Introduction,
} from "../codec/index.ts";
import type { Watcher, WatchEvent } from "../watch/index.ts";
import type { ClientStream } from "./client-stream.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { ConnectionStats } from "./connection-stats.ts";
import { wordOf, type Word } from "./four-letter-words/index.ts";
import { Identities } from "./identities.ts";
import { GREETING_BYTES_MAX } from "./limits.ts";
import { answerLocally, type Afterwards } from "./local-requests.ts";
import { operationName, SESSION_OPENED } from "./operation-name.ts";
import { needsLeader } from "./read-only-mode.ts";
import { ReplyOutput } from "./reply-output.ts";
import {
  RequestQueue,
  type HeldWrite,
  type PendingRequest,
  type PendingSync,
  type PendingWrite,
} from "./request-queue.ts";
import { routeOf } from "./request-route.ts";
import { openSession, type Attached, type ClientSession } from "./session-opening.ts";
import { writeReply } from "./write-reply.ts";

/**
 * - `greeting`: nothing said yet that makes sense.
 * - `connecting`: a session is being opened, or taken over, through the log.
 * - `open`: requests are taken.
 * - `closing`: the client has asked to close its session, or for what nobody knows: its last request.
 * - `finished`: everything is said; the stream ends behind it.
 */
type Phase = "greeting" | "connecting" | "open" | "closing" | "finished" | "closed";

/** A client that has been told everything may still be sending; a reset would destroy our last words. */
const LINGER_MILLIS = 1_000;

/** One reply may be as long as so many of the longest requests; no client reads one that long. */
const REPLY_FRAMES = 4;

/** Before every frame; a four-letter word is as long. */
const LENGTH_BYTES = 4;

/**
 * One client. Its requests are taken as they come, writes proposed one behind the other without
 * waiting, and replies given strictly in the order of the requests: a read waits for the writes
 * before it, so that a client sees what it wrote.
 */
export class ClientConnection implements Watcher {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly isSecure: boolean;
  /** Milliseconds since 1970. */
  readonly establishedAt: number;
  /** Whether the server has it in its list of connections to flush. */
  isListed = false;
  readonly stats: ConnectionStats = new ConnectionStats();
  readonly #stream: ClientStream;
  readonly #host: ConnectionHost;
  readonly #frames = new FrameSplitter(GREETING_BYTES_MAX);
  readonly #queue = new RequestQueue();
  readonly #output: ReplyOutput;
  readonly #identities: Identities;
  #phase: Phase = "greeting";
  #attached: Attached | null = null;
  /** When the client was last heard of, or told the last. */
  #lastHeard: number;
  #isPaused = false;
  /** Bytes that the client had taken at the last tick. */
  #takenBefore = 0;
  #unfinishedBytes = 0;

  /** @param proved - whom the client has proved to be before its first byte */
  constructor(stream: ClientStream, host: ConnectionHost, proved: readonly Identity[] = []) {
    const { remoteAddress, remotePort, isSecure } = stream;
    this.remoteAddress = remoteAddress;
    this.remotePort = remotePort;
    this.isSecure = isSecure;
    this.establishedAt = host.wallNow();
    this.#stream = stream;
    this.#host = host;
    this.#output = new ReplyOutput(stream, host.writers, () => host.wantFlush(this));
    this.#identities = new Identities(remoteAddress, host.access, proved);
    this.#lastHeard = host.now();
    stream.listen({
      onData: (bytes) => this.#receive(bytes),
      onDrain: () => this.goOn(),
      onEnd: () => {
        if (this.#phase !== "closing" && this.#phase !== "finished") this.close(null);
      },
      onClose: () => this.close(null),
    });
  }

  get queued(): number {
    return this.#queue.size;
  }

  get session(): ClientSession | null {
    return this.#attached?.session ?? null;
  }

  /** As Java's selectors have it: 1 when the client is read, 4 when it has not taken what was written. */
  get interestOps(): number {
    const isRead = !this.#isPaused && this.#phase !== "closing" && this.#phase !== "finished";
    return (isRead ? 1 : 0) + (this.#stream.pendingBytes > 0 ? 4 : 0);
  }

  /** When the connection is closed if nothing is heard of the client before. */
  get silentUntil(): number {
    return this.#lastHeard + (this.session?.timeoutMillis ?? this.#host.limits.greetingMillis);
  }

  /** Names the connection among those that ever had its session; null before it has one. */
  get attachment(): Index | null {
    return this.#attached?.kind === "full" ? this.#attached.attachment : null;
  }

  /** Something happened to a node that the client watches; told before any reply that shows it. */
  notify({ type, path, zxid, acl }: WatchEvent): void {
    if (this.#phase !== "open" && this.#phase !== "closing") return;
    if (acl !== null && !permits(acl, PERMISSION.read, this.#identities)) return;
    const { writer } = this.#output;
    const before = writer.length;
    writeNotification(writer, type, path, zxid);
    this.#sent();
    this.#host.stats.counts.watchBytes += writer.length - before - LENGTH_BYTES;
    // Unlike replies, they come unasked: leaving requests unread holds nothing back.
    if (this.#output.bytes > this.#host.limits.notificationBytesMax) {
      this.close("it does not read what it is told of its watches");
    }
  }

  /** The client's session is gone, or another connection's. */
  detach(why: string): void {
    if (this.#phase !== "closing") this.close(why);
  }

  /** There is no leader any more: what the client believes to know may be wrong soon. */
  leaderLost(): void {
    if (this.#attached?.kind === "readOnly") return; // it has never known one
    if (this.#phase !== "greeting" && this.#phase !== "finished") this.close("there is no leader");
  }

  /** There is one: who has only read can have more, with a session that the ensemble knows of. */
  leaderFound(): void {
    if (this.#attached?.kind === "readOnly") this.close("there is a leader");
  }

  /** Takes as many requests as there are and may be. */
  advance(): void {
    try {
      while (this.#mayAccept && this.#host.hasTime && this.#acceptNext());
    } catch (thrown) {
      const error = toQuorateError(thrown);
      if (error.code !== "ERR_LIMIT" && error.code !== "ERR_MALFORMED") throw error;
      if (error.code === "ERR_LIMIT") this.#host.stats.counts.oversized++;
      return this.close(error.message);
    }
    this.#throttle();
    this.#holdUnfinished();
  }

  /** Gives the replies of this turn to the stream, in one write. */
  flush(): void {
    this.isListed = false;
    this.#output.flush();
    if (this.#phase === "finished") this.#stream.end();
    else this.goOn();
  }

  /** The client has taken replies, or there is time again: there may be room for more. */
  goOn(): void {
    this.#reply();
    if (this.#isPaused) this.advance();
  }

  tick(now: number): void {
    const takesReplies = this.#output.taken > this.#takenBefore;
    this.#takenBefore = this.#output.taken;
    // Who has been asked for its last cannot be heard in any other way.
    const isLast = this.#phase === "closing" || this.#phase === "finished";
    if (isLast && takesReplies) this.#lastHeard = now;
    const silence = now - this.#lastHeard;
    switch (this.#phase) {
      case "greeting":
      case "connecting":
        if (silence <= this.#host.limits.greetingMillis) return;
        this.#host.stats.counts.sessionless++;
        return this.close("it got no session in time");
      case "open":
        // It is us who do not read it, for want of room or time, or because it is slow to take replies.
        // One that takes none is as good as gone.
        if (this.#isPaused && (!this.#isCongested || takesReplies)) this.#heard(now);
        else if (now > this.silentUntil) this.close("nothing was heard of it");
        return;
      case "finished":
        // One that is still taking its replies gets as much time as it had for its requests.
        if (this.#stream.pendingBytes > 0 ? now > this.silentUntil : silence > LINGER_MILLIS) {
          this.close(null);
        }
        return;
      case "closing":
        if (now > this.silentUntil) this.close("it does not read its last replies");
        return;
      case "closed":
        return;
    }
  }

  /** @param why - what is not the client's own wish, for the operator */
  close(why: string | null): void {
    if (this.#phase === "closed") return;
    this.#phase = "closed";
    this.#abandon();
    this.#output.flush(); // what was done is better known
    this.#holdUnfinished();
    this.#stream.destroy();
    this.#host.gone(this);
    if (why === null) return;
    const client = `${this.remoteAddress}:${this.remotePort}`;
    const fields = this.session === null ? {} : { session: sessionText(this.session.id) };
    this.#host.report.info({ client, ...fields, why }, "closed a client's connection");
  }

  // --- requests -----------------------------------------------------------------------------------

  get #mayAccept(): boolean {
    if (this.#phase === "greeting") return true;
    return (
      this.#phase === "open" &&
      this.#queue.size < this.#host.limits.outstandingPerConnection &&
      this.#host.backlog.hasRoom &&
      !this.#isCongested
    );
  }

  /** The client does not read its replies: it gets no more of them. */
  get #isCongested(): boolean {
    return this.#output.bytes > this.#host.limits.outputBytesMax;
  }

  #receive(chunk: Uint8Array): void {
    if (this.#phase === "closing" || this.#phase === "finished") return;
    this.#heard(this.#host.now());
    this.#frames.push(chunk);
    this.advance();
  }

  #heard(now: number): void {
    this.#lastHeard = now;
    if (this.#attached?.kind === "full") this.#host.heard(this.#attached.session);
  }

  #throttle(): void {
    const isOver =
      this.#phase !== "open" && this.#phase !== "greeting" && this.#phase !== "connecting";
    const isPaused = this.#frames.hasUnread && !isOver;
    if (isPaused && !this.#host.backlog.hasRoom) this.#host.stalled(this);
    if (isPaused && !this.#host.hasTime) this.#host.wantTurn(this);
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (!isPaused) return this.#stream.resume();
    this.#host.stats.counts.waits++;
    this.#stream.pause();
  }

  /** A request that has begun to arrive takes memory before it counts as one. */
  #holdUnfinished(): void {
    const { unfinished } = this.#host;
    const bytes = this.#phase === "closed" ? 0 : this.#frames.begunBytes;
    if (bytes === this.#unfinishedBytes) return;
    unfinished.give(this.#unfinishedBytes);
    this.#unfinishedBytes = 0;
    if (unfinished.take(bytes)) this.#unfinishedBytes = bytes;
    else this.close("too many large requests have begun to arrive");
  }

  /** @returns whether there was a whole request */
  #acceptNext(): boolean {
    if (this.#phase === "greeting") {
      const first = this.#frames.peekLength();
      const word = first === null ? null : wordOf(first);
      if (word !== null) {
        this.#say(word).catch((thrown: unknown) => this.close(toQuorateError(thrown).message));
        return false;
      }
    }
    const frame = this.#frames.next();
    if (frame === null) return false;
    this.#received(LENGTH_BYTES + frame.length);
    if (this.#phase === "greeting") this.#connect(frame);
    else if (this.#attached !== null) this.#accept(frame, this.#attached);
    return true;
  }

  /** Answers a word that came in the place of a frame: the connection is for nothing else. */
  async #say(word: Word): Promise<void> {
    this.#received(LENGTH_BYTES);
    this.#phase = "closing";
    const text = await this.#host.answerWord(word);
    if (this.#phase !== "closing") return;
    this.#output.writer.raw(utf8Encode(text));
    this.#sent();
    this.#finish();
  }

  #accept(frame: Uint8Array, attached: Attached): void {
    if (frame.length < REQUEST_HEADER_BYTES) {
      throw new QuorateError("ERR_MALFORMED", `a request of ${frame.length} bytes`);
    }
    if (attached.kind === "readOnly") return this.#acceptReadOnly(frame);
    const { commands } = attached;
    const since = this.#lastHeard;
    const bytes = frame.length;
    const opcode = intAt(frame, 4);
    const route = routeOf(opcode);
    switch (route) {
      case "write":
      case "lastWrite":
        if (route === "lastWrite") this.#phase = "closing";
        return this.#write(commands.encode(frame), { xid: intAt(frame, 0), opcode, since });
      case "sync": {
        const sync: PendingSync = { kind: "sync", frame, since, bytes, isFresh: false };
        this.#wait(sync);
        return this.#host.log.read("linearizable", (failure) => {
          if (failure !== null) return this.close(`a sync failed: ${failure.message}`);
          this.#queue.confirm(sync);
          this.#reply();
        });
      }
      case "identity":
        return this.#prove(frame);
      case "unknown":
      case "local":
        if (route === "unknown") this.#phase = "closing";
        if (this.#queue.size > 0) this.#wait({ kind: "local", frame, since, bytes });
        else this.#answer(frame, since);
    }
  }

  /** Nothing waits here, as nothing goes into the log. */
  #acceptReadOnly(frame: Uint8Array): void {
    const opcode = intAt(frame, 4);
    const route = routeOf(opcode);
    if (route === "identity") return this.#prove(frame);
    if (route !== "lastWrite" && !needsLeader(opcode)) return this.#answer(frame, this.#lastHeard);
    const error = route === "lastWrite" ? ERROR.ok : ERROR.notReadOnly;
    writeBareReply(this.#output.writer, intAt(frame, 0), this.#host.machine.lastZxid, error);
    this.#sent();
    if (route === "lastWrite") this.#finish();
  }

  /** What counts is the command: that is what the log and the other members have to take. */
  #write(command: Uint8Array, write: Omit<PendingWrite, "kind" | "outcome" | "bytes">): void {
    const bytes = command.length;
    if (this.#queue.holdsWrites) return this.#wait({ kind: "held", ...write, bytes, command });
    this.#wait({ kind: "write", ...write, bytes, outcome: null });
    this.#propose(command);
  }

  #propose(command: Uint8Array): void {
    this.#host.log.propose(command, this.#onOutcome);
  }

  /** Answered before the requests that wait: it holds for all that come from now on. */
  #prove(frame: Uint8Array): void {
    const { scheme, credentials } = readAuth(new JuteReader(frame, REQUEST_HEADER_BYTES));
    const isProved = this.#identities.prove(scheme, credentials);
    const error = isProved ? ERROR.ok : ERROR.authFailed;
    writeBareReply(this.#output.writer, intAt(frame, 0), 0, error);
    this.#sent();
    if (isProved) {
      if (this.#attached?.kind === "full") this.#attached.commands.authority = this.#authority;
    } else {
      this.#host.stats.counts.authFailures++;
      this.#finish();
    }
  }

  get #authority(): Omit<Authority, "session"> {
    const { isSuper, identities } = this.#identities;
    return { isSuper, identities, ...this.#host.features };
  }

  #wait(request: PendingRequest): void {
    this.#queue.push(request);
    this.#host.backlog.add(request.bytes);
  }

  // --- replies ------------------------------------------------------------------------------------

  readonly #onOutcome = (outcome: Outcome<ZooKeeperResult>): void => {
    const write = this.#queue.nextWrite();
    assert(write !== null, "every outcome is of a write that waits for it");
    write.outcome = outcome;
    this.#host.backlog.remove(write.bytes);
    this.#reply();
  };

  /** Answers, in order, what can be answered; what that lets go into the log lets more be answered. */
  #reply(): void {
    for (let commands = this.#replyAndRelease(); commands.length > 0;) {
      for (const command of commands) this.#propose(command);
      commands = this.#replyAndRelease();
    }
  }

  #replyAndRelease(): readonly Uint8Array[] {
    for (let next = this.#nextReady(); next !== null; next = this.#nextReady()) {
      this.#queue.shift();
      if (next.kind === "write") this.#replyToWrite(next);
      else {
        this.#host.backlog.remove(next.bytes);
        this.#answer(next.frame, next.since);
      }
    }
    return this.#queue.release();
  }

  /** A read that a write follows is answered in any case: later it would show what was written after it. */
  #nextReady(): Exclude<PendingRequest, HeldWrite> | null {
    if (this.#phase === "closed" || this.#phase === "finished") return null;
    const next = this.#queue.ready();
    if (next === null || this.#queue.hasProposed) return next;
    if (this.#isCongested) return null;
    if (this.#host.hasTime) return next;
    this.#host.wantTurn(this);
    return null;
  }

  #replyToWrite({ outcome, xid, opcode, since }: PendingWrite): void {
    assert(outcome !== null, "a write is ready when it has its outcome");
    if (outcome.kind === "failed") return this.close(`a write failed: ${outcome.error.message}`);
    const { result } = outcome;
    if (result.kind === "attached" || isOfLostSession(result)) {
      return this.close("its session is gone, or another connection's");
    }
    const { writer } = this.#output;
    const before = writer.length;
    writeReply(writer, xid, result);
    this.#answered("update", { xid, operation: operationName(opcode), since }, before);
    if (result.kind === "sessionClosed") this.#finish();
  }

  #answer(frame: Uint8Array, since: number): void {
    const { machine, watches: table, limits, stats } = this.#host;
    assert(this.#attached !== null, "who makes requests has a session");
    const { writer } = this.#output;
    const before = writer.length;
    const site = {
      machine,
      session: this.#attached.session.id,
      requester: this.#identities,
      writer,
      stats,
      watches: { table, watcher: this, limits },
      replyBytesMax: REPLY_FRAMES * limits.frameBytesMax,
      membership: this.#host.membership,
    };
    const afterwards: Afterwards = answerLocally(site, frame);
    // It may have been told too much of its watches at once, and left more of them since.
    if (this.#phase === "closed") return table.forget(this);
    const [xid, operation] = [intAt(frame, 0), operationName(intAt(frame, 4))];
    this.#answered("read", { xid, operation, since }, before);
    if (afterwards === "ends") this.#finish();
  }

  #received(bytes: number): void {
    const { counts } = this.#host.stats;
    this.stats.received++;
    counts.received++;
    counts.bytesReceived += bytes;
  }

  #sent(): void {
    this.stats.sent++;
    this.#host.stats.counts.sent++;
  }

  /** A reply was written, of which all behind `before` is. */
  #answered(kind: "read" | "update", request: AnsweredRequest, before: number): void {
    this.#sent();
    const { counts, responses } = this.#host.stats;
    const bytes = this.#output.writer.length - before - LENGTH_BYTES;
    counts.responseBytes += bytes;
    responses.observe(bytes);
    this.#timed(kind, request);
  }

  #timed(kind: "read" | "update", { xid, operation, since }: AnsweredRequest): void {
    if (operation === null) return;
    const { stats, machine } = this.#host;
    const now = this.#host.now();
    stats.answered(kind, now - since);
    this.stats.answered(xid, operation, { since, now, zxid: machine.lastZxid });
  }

  /** Everything is said. */
  #finish(): void {
    this.#phase = "finished";
    this.#lastHeard = this.#host.now();
    this.#abandon();
  }

  /** Nobody waits any more for what is under way. */
  #abandon(): void {
    for (const { kind, bytes } of this.#queue.abandon()) {
      if (kind !== "write") this.#host.backlog.remove(bytes);
    }
  }

  // --- the session --------------------------------------------------------------------------------

  #connect(frame: Uint8Array): void {
    const request = decodeConnectRequest(frame);
    this.#phase = "connecting";
    openSession(
      this.#host,
      request,
      () => this.#authority,
      (opening) => {
        if (this.#phase !== "connecting") return;
        switch (opening.kind) {
          case "turnedAway":
            return this.close(opening.why);
          case "expired":
            return this.#introduce(null, request);
          case "opened":
            return this.#open(opening.attached, opening.introduction, request);
        }
      },
    );
  }

  #open(attached: Attached, introduction: Introduction, request: ConnectRequest): void {
    this.#attached = attached;
    this.#phase = "open";
    if (attached.kind === "full") this.#host.attach(this, attached.attachment);
    this.#frames.bytesMax = this.#host.limits.frameBytesMax;
    this.#introduce(introduction, request);
    this.advance();
  }

  #introduce(introduction: Introduction | null, { readOnly, resume }: ConnectRequest): void {
    const isReadOnly = readOnly === null ? null : this.#host.service === "readOnly";
    writeConnectResponse(this.#output.writer, introduction, isReadOnly);
    this.#sent();
    // Only a new session has its place among the requests of its client.
    const operation = introduction !== null && resume === null ? SESSION_OPENED : null;
    this.#timed("update", { xid: 0, operation, since: this.#lastHeard });
    if (introduction === null) this.#finish();
  }
}

/** A request that has its reply. */
interface AnsweredRequest {
  readonly xid: number;
  /** Null for one whose latency does not count. */
  readonly operation: string | null;
  readonly since: number;
}

/** The client must ask for its session anew: it lost it, or a write of its was lost. */
function isOfLostSession(result: ZooKeeperResult): boolean {
  return (
    result.kind === "refused" &&
    (result.error === ERROR.sessionMoved || result.error === ERROR.sessionExpired)
  );
}
