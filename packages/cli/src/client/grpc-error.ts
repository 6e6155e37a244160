/** gRPC's status codes by number. */
const STATUS_NAMES: readonly string[] = [
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
];

/** The codes that the client itself decides by. */
export const STATUS = {
  ok: 0,
  unknown: 2,
  deadlineExceeded: 4,
  internal: 13,
  unavailable: 14,
} as const;

/** A call that a server answered with a status other than OK, or that got no answer. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly status: number;
  /** False when the request certainly never reached a server, so that it may be sent elsewhere. */
  readonly sent: boolean;
  /** Whether the call may be made again without doing more than it would have done once. */
  repeatable = false;

  constructor(status: number, message: string, sent: boolean, options?: { cause?: unknown }) {
    super(message, options);
    this.status = status;
    this.sent = sent;
  }

  get statusName(): string {
    return STATUS_NAMES[this.status] ?? `status ${this.status}`;
  }
}
