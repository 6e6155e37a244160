import {
  Driver,
  type AskHandler,
  type DriverLimits,
  type GroupId,
  type MessageCodec,
  type NodeId,
  type Protocol,
  type QuorateError,
  type Recovered,
  type Runtime,
  type StateMachine,
  type Trace,
} from "@quorate/core";
import type { GroupAdapters } from "./group-adapters.ts";
import type { MemberLog } from "./member-log.ts";
import { remedyFor } from "./remedy.ts";

/** A protocol, a state machine, and what they run on. */
export interface GroupParts<Message, Result> {
  readonly group: GroupId;
  readonly cluster: string;
  readonly self: NodeId;
  readonly machine: StateMachine<Result>;
  readonly createProtocol: (recovered: Recovered) => Protocol<Message>;
  readonly codec: MessageCodec<Message>;
  readonly adapters: GroupAdapters;
  readonly runtime: Runtime;
  readonly checkpointEntries: number;
  readonly limits: Partial<DriverLimits>;
  readonly log: MemberLog;
  /** Told what the protocol tells, beside the log. */
  readonly onTrace?: (trace: Trace) => void;
  readonly onFatal: (error: QuorateError) => void;
  readonly onAsk: AskHandler;
}

/** Joins the parts. The driver is the caller's to start. */
export function assembleGroup<Message, Result>(
  parts: GroupParts<Message, Result>,
): Driver<Message, Result> {
  const { group, cluster, self, adapters, log } = parts;
  const { recovered } = adapters;
  return new Driver({
    group: { group, cluster, self },
    protocol: parts.createProtocol(recovered),
    codec: parts.codec,
    log: adapters.log,
    snapshots: adapters.snapshots,
    transport: adapters.transport,
    stateMachine: parts.machine,
    runtime: parts.runtime,
    applied: recovered.snapshot?.position.index ?? 0,
    checkpointEntries: parts.checkpointEntries,
    incarnation: adapters.incarnation,
    limits: parts.limits,
    onFatal: (error) => {
      log.error({ code: error.code, remedy: remedyFor(error.code) }, error.message);
      parts.onFatal(error);
    },
    onTrace: (trace) => {
      log.info({ group, ...trace.facts }, trace.name);
      parts.onTrace?.(trace);
    },
    onAsk: parts.onAsk,
  });
}
