import { Prng, QuorateError, utf8Decode, utf8Encode, type ErrorCode } from "@quorate/core";
import { EtcdStateMachine, type EtcdResult } from "../../../src/etcd/apply/index.ts";
import { EtcdMember, type EtcdMemberOptions } from "../../../src/etcd/api/etcd-member.ts";
import { etcdServices } from "../../../src/etcd/api/services.ts";
import { ProtoReader } from "../../../src/etcd/codec/index.ts";
import {
  STATUS,
  type GrpcStatus,
  type StreamCall,
  type UnaryCall,
} from "../../../src/grpc/index.ts";
import { RequestService, type RequestLimits } from "../../../src/service/request-service.ts";
import { FakeLog } from "../../service/fake-log.ts";

export const CLUSTER = "cdf818194e3a8c32";
export const SELF = "8e9e05c52164694d";

/** A call's end, as a client sees it. */
export type Answer =
  | { readonly code: 0; readonly message: Uint8Array }
  | { readonly code: Exclude<GrpcStatus, 0>; readonly text: string };

/** A call that waits for its answer. */
export interface BegunCall {
  readonly answers: Answer[];
  /** The client waits no longer. */
  readonly cancel: () => void;
  /** For a stream: the client sends a message, or its last one. */
  readonly send: (message: Uint8Array) => void;
  readonly halfClose: () => void;
  /** Whether the member has ended a stream without an error. */
  readonly ended: () => boolean;
  /** For a stream: the client reads no more, and then again. */
  readonly stall: () => void;
  readonly drain: () => void;
}

/** What a call has set up and come to. */
interface CallLife {
  cancelled: boolean;
  ended: boolean;
  stalled: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  onCancel: () => void;
  onMessage: (message: Uint8Array) => void;
  onHalfClose: () => void;
  onDrain: () => void;
}

/** A member's services over a real state machine and a log that the test answers for. */
export class MemberUnderTest {
  readonly log: FakeLog<EtcdResult> = new FakeLog({ self: SELF, leader: SELF });
  readonly machine = new EtcdStateMachine();
  readonly requests: RequestService<EtcdResult>;
  readonly clock = { now: 0 };
  /** What waits for a later turn of the loop. */
  readonly deferred: (() => void)[] = [];
  readonly member: EtcdMember;
  readonly #methods: ReturnType<typeof etcdServices>;
  #index = 0;

  constructor(options: Partial<EtcdMemberOptions> = {}, limits: Partial<RequestLimits> = {}) {
    this.requests = new RequestService({
      log: this.log,
      now: () => this.clock.now,
      electionMillis: 1000,
      limits,
    });
    const { requests, machine } = this;
    const runtime = { defer: (callback: () => void): void => void this.deferred.push(callback) };
    this.member = new EtcdMember({
      requests,
      machine,
      cluster: CLUSTER,
      self: SELF,
      runtime,
      electionMillis: 1000,
      prng: new Prng(1),
      quotaBytes: null,
      ...options,
    });
    this.#methods = etcdServices(this.member);
  }

  /** Calls a method and leaves it waiting: the log says nothing of itself. */
  begin(
    path: string,
    request: Uint8Array = new Uint8Array(0),
    metadata: Readonly<Record<string, string>> = {},
  ): BegunCall {
    const answers: Answer[] = [];
    const method = this.#methods.get(path);
    if (method === undefined) throw new Error(`no method ${path}`);
    const life: CallLife = {
      cancelled: false,
      ended: false,
      stalled: false,
      metadata,
      onCancel: () => {},
      onMessage: () => {},
      onHalfClose: () => {},
      onDrain: () => {},
    };
    const call = recordingCall(path, answers, life);
    if (method.kind === "unary") method.handle(request, call);
    else method.handle(call);
    return {
      answers,
      cancel: () => {
        life.cancelled = true;
        life.onCancel();
      },
      send: (message) => life.onMessage(message),
      halfClose: () => life.onHalfClose(),
      ended: () => life.ended,
      stall: () => (life.stalled = true),
      drain: () => {
        life.stalled = false;
        life.onDrain();
      },
    };
  }

  /** Calls a method and lets the log commit, apply and confirm whatever it wants. */
  call(path: string, request?: Uint8Array): Answer {
    const { answers } = this.begin(path, request);
    this.commit();
    while (this.turn());
    const [answer, ...more] = answers;
    if (answer === undefined || more.length > 0)
      throw new Error(`${path}: ${answers.length} answers`);
    return answer;
  }

  /** As `call`, for one that is to succeed. */
  ok(path: string, request?: Uint8Array): Fields {
    const answer = this.call(path, request);
    if (answer.code !== STATUS.ok) throw new Error(`${path}: ${answer.text}`);
    return fieldsOf(answer.message);
  }

  /** One turn of the loop, if anything waits for it. */
  turn(): boolean {
    const deferred = this.deferred.splice(0);
    for (const callback of deferred) callback();
    return deferred.length > 0;
  }

  /** Applies what was proposed, and answers what wants to be read. */
  commit(): void {
    this.apply();
    for (const done of this.log.reads.splice(0)) done(null);
  }

  apply(): void {
    for (const { command, done } of this.log.proposed.splice(0)) {
      const index = ++this.#index;
      this.machine.apply(
        [{ index, term: 2, time: 0, kind: "command", data: command }],
        (_, result) => done({ kind: "done", result, index }),
      );
    }
  }

  fail(code: ErrorCode): void {
    const error = new QuorateError(code, "as the test wants");
    for (const { done } of this.log.proposed.splice(0)) done({ kind: "failed", error });
    for (const done of this.log.reads.splice(0)) done(error);
  }
}

/** A message's fields by number: varints as numbers, all else as bytes. */
export type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

export function fieldsOf(message: Uint8Array): Fields {
  const reader = new ProtoReader(message);
  const fields = new Map<number, (number | Uint8Array)[]>();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    const value = (tag & 7) === 2 ? reader.bytes() : reader.int64();
    fields.set(tag >>> 3, [...(fields.get(tag >>> 3) ?? []), value]);
  }
  return fields;
}

export function numberAt(fields: Fields, field: number): number {
  const value = fields.get(field)?.[0] ?? 0;
  if (typeof value !== "number") throw new Error(`field ${field} is no number`);
  return value;
}

export function messagesAt(fields: Fields, field: number): readonly Fields[] {
  return bytesAt(fields, field).map(fieldsOf);
}

export function textsAt(fields: Fields, field: number): readonly string[] {
  return bytesAt(fields, field).map(utf8Decode);
}

/** Keys and values of a list of key-value messages, as `key=value`. */
export function pairsAt(fields: Fields, field: number): readonly string[] {
  return messagesAt(fields, field).map((kv) => `${textsAt(kv, 1)[0]}=${textsAt(kv, 5)[0] ?? ""}`);
}

export const bytes = utf8Encode;

function bytesAt(fields: Fields, field: number): readonly Uint8Array[] {
  return (fields.get(field) ?? []).map((value) => {
    if (typeof value === "number") throw new Error(`field ${field} is a number`);
    return value;
  });
}

function recordingCall(path: string, answers: Answer[], life: CallLife): UnaryCall & StreamCall {
  const respond = (message: Uint8Array): void => void answers.push({ code: STATUS.ok, message });
  const respondWith: UnaryCall["respondWith"] = (size, write) => {
    const message = new Uint8Array(size);
    write(message, 0);
    respond(message);
  };
  return {
    path,
    deadlineMs: null,
    get cancelled() {
      return life.cancelled;
    },
    metadata: (name) => life.metadata[name],
    onCancel: (callback) => void (life.onCancel = callback),
    fail: (code, text) => {
      if (code === STATUS.ok) throw new Error("a failure is not OK");
      answers.push({ code, text });
    },
    respond,
    respondWith,
    onMessage: (callback) => void (life.onMessage = callback),
    onHalfClose: (callback) => void (life.onHalfClose = callback),
    onDrain: (callback) => void (life.onDrain = callback),
    send: (message) => {
      respond(message);
      return !life.stalled;
    },
    sendWith: (size, write) => {
      respondWith(size, write);
      return !life.stalled;
    },
    end: () => void (life.ended = true),
  };
}
