import type { NodeId, QuorateError, Runtime } from "@quorate/core";
import { toQuorateError } from "@quorate/core";
import type { EtcdResult, EtcdStateMachine, RequestRefusal } from "../apply/index.ts";
import { HeaderWriter, ProtoWriter } from "../codec/index.ts";
import { STATUS, type UnaryCall } from "../../grpc/index.ts";
import type { RequestFailure, RequestService } from "../../service/request-service.ts";
import { SlicedWork } from "../../service/sliced-work.ts";
import { toEtcdFailure } from "../error-map.ts";
import { ETCD_FAILURES } from "../etcd-failure.ts";
import { Sweeper } from "./sweeper.ts";

/** What the services of one member share. */
export interface EtcdMemberOptions {
  readonly requests: RequestService<EtcdResult>;
  readonly machine: EtcdStateMachine;
  /** In hex, as everywhere but on the wire. */
  readonly cluster: string;
  readonly self: NodeId;
  readonly runtime: Pick<Runtime, "defer">;
}

/** The member as its gRPC services see it: the group, the applied state, and how answers begin. */
export class EtcdMember {
  readonly requests: RequestService<EtcdResult>;
  readonly machine: EtcdStateMachine;
  readonly self: NodeId;
  /** What takes longer than a turn of the loop should. */
  readonly work: SlicedWork;
  readonly sweeper: Sweeper;
  readonly #header: HeaderWriter;
  readonly #response = new ProtoWriter(1024);

  constructor({ requests, machine, cluster, self, runtime }: EtcdMemberOptions) {
    this.requests = requests;
    this.machine = machine;
    this.self = self;
    this.work = new SlicedWork(runtime);
    this.sweeper = new Sweeper(machine, this.work);
    this.#header = new HeaderWriter(wireId(cluster), wireId(self));
  }

  /** To be called twice a heartbeat: what does not happen at a request's or a command's bidding. */
  tick(): void {
    this.requests.tick();
    this.sweeper.tick();
  }

  /** Drops what is under way: nobody waits for it any more. */
  stop(): void {
    this.requests.stop();
    this.work.stop();
  }

  /** A response that has its header. There is one at a time: it is sent before the next is begun. */
  begin(revision: number = this.machine.store.revision): ProtoWriter {
    return this.#header.write(this.#response.reset(), revision, this.requests.view().term);
  }
}

/** Answers with a response that {@link EtcdMember.begin} began, written to where it leaves from. */
export function respond(call: UnaryCall, response: ProtoWriter): void {
  call.respondWith(response.length, (into, offset) => response.copyTo(into, offset));
}

/** An id as the wire has it. */
export function wireId(id: NodeId): bigint {
  return BigInt(`0x${id}`);
}

/** Decodes a request; one that is none is answered as gRPC's own servers answer it. */
export function decodeOrFail<T>(
  decode: (bytes: Uint8Array) => T,
  bytes: Uint8Array,
  call: UnaryCall,
): T | null {
  try {
    return decode(bytes);
  } catch (thrown) {
    const error: QuorateError = toQuorateError(thrown);
    if (error.code !== "ERR_MALFORMED") throw error;
    call.fail(STATUS.internal, `grpc: error unmarshalling request: ${error.message}`);
    return null;
  }
}

/** Answers with the refusal; false when there is none. */
export function refused(call: UnaryCall, refusal: RequestRefusal | null): boolean {
  if (refusal === null) return false;
  const { code, message } = ETCD_FAILURES[refusal];
  call.fail(code, message);
  return true;
}

export function failWith(call: UnaryCall, failure: RequestFailure): void {
  const { code, message } = toEtcdFailure(failure);
  call.fail(code, message);
}

/** Goes on at once, or when this member's state is fresh enough; answers the failure itself. */
export function whenReadable(
  member: EtcdMember,
  serializable: boolean,
  call: UnaryCall,
  go: () => void,
): void {
  if (serializable) return go();
  member.requests.readLinearizable((failure) => {
    if (failure === null) go();
    else failWith(call, failure);
  });
}
