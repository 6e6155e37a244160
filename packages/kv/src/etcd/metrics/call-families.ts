import { STATUS, type CallCounts, type MethodCounts } from "../../grpc/index.ts";
import { counter, histogram, type Family, type Labels, type Sample } from "../../metrics/index.ts";

/** The codes by the names that gRPC's servers give them in metrics. */
const CODE_NAMES: Readonly<Record<keyof typeof STATUS, string>> = {
  ok: "OK",
  cancelled: "Canceled",
  unknown: "Unknown",
  invalidArgument: "InvalidArgument",
  deadlineExceeded: "DeadlineExceeded",
  notFound: "NotFound",
  alreadyExists: "AlreadyExists",
  permissionDenied: "PermissionDenied",
  resourceExhausted: "ResourceExhausted",
  failedPrecondition: "FailedPrecondition",
  aborted: "Aborted",
  outOfRange: "OutOfRange",
  unimplemented: "Unimplemented",
  internal: "Internal",
  unavailable: "Unavailable",
  dataLoss: "DataLoss",
  unauthenticated: "Unauthenticated",
};

const CODES = Object.entries(CODE_NAMES).map(([key, name]) => ({
  name,
  code: STATUS[key as keyof typeof STATUS],
}));

/** What is no unary method, by path: on which side there may be many messages. */
const STREAMS: ReadonlyMap<string, string> = new Map([
  ["/etcdserverpb.Watch/Watch", "bidi_stream"],
  ["/etcdserverpb.Lease/LeaseKeepAlive", "bidi_stream"],
  ["/etcdserverpb.Maintenance/Snapshot", "server_stream"],
  ["/grpc.health.v1.Health/Watch", "server_stream"],
  ["/v3electionpb.Election/Observe", "server_stream"],
]);

interface LabelledCounts {
  readonly labels: Labels;
  readonly counts: MethodCounts;
}

/** The calls of clients: all methods and codes from the start, so that their first change can be seen. */
export function callFamilies(calls: CallCounts): readonly Family[] {
  const methods = [...calls.methods].map(([path, counts]): LabelledCounts => {
    return { labels: labelsOf(path), counts };
  });
  const each = (value: (counts: MethodCounts) => number): readonly Sample[] =>
    methods.map(({ labels, counts }) => ({ labels, value: value(counts) }));
  const sum = (value: (counts: MethodCounts) => number): number =>
    methods.reduce((total, { counts }) => total + value(counts), 0);
  return [
    counter(
      "grpc_server_started_total",
      "Calls that began.",
      each(({ started }) => started),
    ),
    counter("grpc_server_handled_total", "Calls that ended, by their status.", handled(methods)),
    counter(
      "grpc_server_msg_received_total",
      "Messages that came from clients.",
      each(({ messagesReceived }) => messagesReceived),
    ),
    counter(
      "grpc_server_msg_sent_total",
      "Messages that went to clients.",
      each(({ messagesSent }) => messagesSent),
    ),
    histogram(
      "grpc_server_handling_seconds",
      "How long calls took (with --metrics extensive).",
      methods.flatMap(({ labels, counts: { seconds } }) =>
        seconds === null ? [] : [{ labels, histogram: seconds }],
      ),
    ),
    counter(
      "etcd_network_client_grpc_received_bytes_total",
      "Bytes of the messages that came from clients.",
      sum(({ bytesReceived }) => bytesReceived),
    ),
    counter(
      "etcd_network_client_grpc_sent_bytes_total",
      "Bytes of the messages that went to clients.",
      sum(({ bytesSent }) => bytesSent),
    ),
    counter(
      "etcd_server_client_requests_total",
      "Calls by the version that clients say they have.",
      [...calls.clients].map(({ kind: type, version, calls: value }) => ({
        labels: { type, client_api_version: version },
        value,
      })),
    ),
  ];
}

function handled(methods: readonly LabelledCounts[]): readonly Sample[] {
  return methods.flatMap(({ labels, counts }) =>
    CODES.map(({ name, code }) => ({
      labels: { ...labels, grpc_code: name },
      value: counts.ended[code] ?? 0,
    })),
  );
}

function labelsOf(path: string): Labels {
  const slash = path.lastIndexOf("/");
  return {
    grpc_type: STREAMS.get(path) ?? "unary",
    grpc_service: path.slice(1, slash),
    grpc_method: path.slice(slash + 1),
  };
}
