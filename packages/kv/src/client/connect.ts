import { QuorateError } from "@quorate/core";
import { realClock } from "./clock.ts";
import { EtcdClient, TIMEOUT_MILLIS, type ClientOptions } from "./etcd-client.ts";
import { FailoverChannel } from "./failover-channel.ts";
import { GrpcChannel } from "./grpc-channel.ts";

/** Where a cluster is, and how patient the client is with it. */
export interface ConnectOptions extends ClientOptions {
  /** `http://host:port`, or `host:port`; tried in this order. */
  readonly endpoints: readonly string[];
  /** How long connecting to one of them may take; if it is left out, its share of the timeout. */
  readonly connectMillis?: number;
  /** How often a server is asked whether it lives, while calls are open; 10 seconds if left out. */
  readonly pingMillis?: number;
  /** How long it may take to say so; 5 seconds if it is left out. */
  readonly pingAnswerMillis?: number;
}

/**
 * A client of the cluster at these endpoints, of Quorate or of etcd. It connects when the first call
 * is made, again when a connection breaks, and goes on to the next endpoint when one fails.
 *
 * ```ts
 * import { connect, startEnsemble } from "@quorate/kv";
 *
 * const ensemble = await startEnsemble({ listen: true });
 * const endpoints = ensemble.members.map(({ clientAddress }) => clientAddress ?? "");
 * const client = connect({ endpoints });
 * await client.put("greeting", "hello");
 * ensemble.leader()?.crash();
 * await ensemble.untilLed();
 * console.log((await client.get("greeting"))?.text);
 * // → hello
 * client.close();
 * await ensemble.close();
 * ```
 *
 * @throws `ERR_ADDRESS` for an endpoint that is not understood
 */
export function connect(options: ConnectOptions): EtcdClient {
  const { clock = realClock, timeoutMillis = TIMEOUT_MILLIS } = options;
  const [first, ...others] = options.endpoints.map(endpointOf);
  if (first === undefined)
    throw new QuorateError("ERR_ADDRESS", "there are no endpoints: give one");
  const patience = {
    connectMillis: options.connectMillis ?? timeoutMillis / options.endpoints.length,
    pingMillis: options.pingMillis ?? 10_000,
    pingAnswerMillis: options.pingAnswerMillis ?? 5_000,
  };
  const channelTo = (endpoint: string): GrpcChannel => new GrpcChannel(endpoint, clock, patience);
  const channel = new FailoverChannel([channelTo(first), ...others.map(channelTo)], clock);
  return new EtcdClient(channel, { clock, timeoutMillis });
}

function endpointOf(text: string): string {
  const refuse = (why: string): never => {
    throw new QuorateError("ERR_ADDRESS", `endpoint "${text}": ${why}; give http://HOST:PORT`);
  };
  const full = text.includes("://") ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : refuse("not a URL");
  if (url.protocol === "https:") refuse("TLS is not supported yet");
  if (url.protocol !== "http:") refuse("only http is understood");
  // A URL leaves out the port that is its scheme's own.
  if (url.port === "" && !/:80\/?$/.test(full)) refuse("no port");
  return url.origin;
}
