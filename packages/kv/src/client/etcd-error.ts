import { ETCD_FAILURES, type EtcdFailureName } from "../etcd/etcd-failure.ts";

/** gRPC's status codes by number. */
const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
] as const;

/** gRPC's name for the way in which a call failed. */
export type EtcdErrorCode = Exclude<(typeof CODES)[number], "OK">;

/** What etcd's text says, for the texts that programs tell apart. */
export type EtcdErrorReason = EtcdFailureName;

const REASONS: ReadonlyMap<string, EtcdErrorReason> = new Map(
  Object.entries(ETCD_FAILURES).map(([reason, { message }]) => [
    message,
    reason as EtcdErrorReason,
  ]),
);

/** A call that a server refused, or that got no answer. */
export class EtcdError extends Error {
  override readonly name = "EtcdError";
  readonly code: EtcdErrorCode;
  /** Null for a text that is none of those that `EtcdErrorReason` lists. */
  readonly reason: EtcdErrorReason | null;
  /** The call was to change something, and may have done it: read before you try again. */
  readonly maybeApplied: boolean;

  /** @param message - the server's own text, where a server spoke */
  constructor(
    code: EtcdErrorCode,
    message: string,
    options: { readonly maybeApplied?: boolean; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.reason = REASONS.get(message) ?? null;
    this.maybeApplied = options.maybeApplied ?? false;
  }
}

/** The name of a status that is not OK. */
export function codeOfStatus(status: number): EtcdErrorCode {
  const code = CODES[status];
  return code === undefined || code === "OK" ? "UNKNOWN" : code;
}

/** An error as servers write it into a text: code and message in Go's rendering, or just the message. */
export function errorOfText(text: string): EtcdError {
  const [, name = "", message = ""] = /^rpc error: code = (\w+) desc = (.*)$/s.exec(text) ?? [];
  const snake = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  const status = CODES.indexOf((snake === "CANCELED" ? "CANCELLED" : snake) as EtcdErrorCode);
  return status > 0
    ? new EtcdError(codeOfStatus(status), message)
    : new EtcdError("CANCELLED", text);
}

/** With any other code a server says that it did nothing. */
const UNCERTAIN: ReadonlySet<EtcdErrorCode> = new Set<EtcdErrorCode>([
  "CANCELLED",
  "UNKNOWN",
  "DEADLINE_EXCEEDED",
  "ABORTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
]);

/** Whether a call that was to change something, and reached a server, may have changed it. */
export function isUncertain(code: EtcdErrorCode): boolean {
  return UNCERTAIN.has(code);
}

/** The same server, or another, may do better in a moment. */
export function isTransient(error: EtcdError): boolean {
  return error.code === "UNAVAILABLE" || error.code === "DEADLINE_EXCEEDED";
}

const FINAL: ReadonlySet<EtcdErrorCode> = new Set<EtcdErrorCode>([
  "INVALID_ARGUMENT",
  "PERMISSION_DENIED",
  "UNAUTHENTICATED",
  "UNIMPLEMENTED",
]);

/** To ask again, of whichever server, is in vain. */
export function isFinal(error: EtcdError): boolean {
  return FINAL.has(error.code);
}
