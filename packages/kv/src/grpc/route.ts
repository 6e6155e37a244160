import { fieldValue, type Field, type PreparedBlock, type RequestHead } from "../http2/index.ts";
import { trailersOnly } from "./answer-blocks.ts";
import { CallCounts, type ClientCounts, type MethodCounts } from "./call-counts.ts";
import type { Method, Services } from "./service.ts";
import { STATUS, type GrpcStatus } from "./status.ts";
import { parseTimeout } from "./timeout.ts";

/** A request for a method that exists. */
export interface MethodRoute {
  readonly kind: "method";
  readonly path: string;
  readonly method: Method;
  readonly timeoutMillis: number | null;
  /** What messages with the compressed flag are compressed with. */
  readonly encoding: string;
  readonly fields: readonly Field[];
  readonly counts: MethodCounts;
  readonly client: ClientCounts;
}

/** What becomes of a request, as far as its head tells. */
export type Route =
  | MethodRoute
  | { readonly kind: "failed"; readonly answer: PreparedBlock }
  | { readonly kind: "not gRPC"; readonly status: number; readonly text: string };

/** Timeouts beyond a month are not kept. */
const TIMEOUT_MAX = 31 * 24 * 3_600_000;

/** Finds the method by the head of a request. */
export class Router {
  readonly #services: Services;
  readonly #counts: CallCounts;
  readonly #names: ReadonlySet<string>;

  constructor(services: Services, counts: CallCounts = new CallCounts(services)) {
    this.#services = services;
    this.#counts = counts;
    this.#names = new Set([...services.keys()].map((path) => path.slice(1, path.lastIndexOf("/"))));
  }

  route(head: RequestHead): Route {
    const contentType = fieldValue(head.fields, "content-type") ?? "";
    if (!/^application\/grpc([+;]|$)/.test(contentType)) {
      const text = "only gRPC is spoken here over HTTP/2; use HTTP/1.1 for anything else\n";
      return notGrpc(head, 415, text);
    }
    if (head.method !== "POST") return notGrpc(head, 405, "gRPC requests are POST requests\n");
    const method = this.#services.get(head.path);
    if (method === undefined) return failed(STATUS.unimplemented, this.#unknown(head.path));
    const timeout = fieldValue(head.fields, "grpc-timeout");
    const timeoutMillis = timeout === undefined ? null : parseTimeout(timeout);
    if (timeout !== undefined && timeoutMillis === null) {
      const message = `malformed grpc-timeout: ${JSON.stringify(timeout)}`;
      return failed(STATUS.internal, message);
    }
    return {
      kind: "method",
      path: head.path,
      method,
      timeoutMillis: timeoutMillis !== null && timeoutMillis > TIMEOUT_MAX ? null : timeoutMillis,
      encoding: fieldValue(head.fields, "grpc-encoding") ?? "identity",
      fields: head.fields,
      counts: this.#counts.of(head.path),
      client: this.#counts.client(method.kind, head.fields),
    };
  }

  #unknown(path: string): string {
    const slash = path.lastIndexOf("/");
    if (!path.startsWith("/") || slash < 1) return `malformed method name: ${JSON.stringify(path)}`;
    const service = path.slice(1, slash);
    if (!this.#names.has(service)) return `unknown service ${service}`;
    return `unknown method ${path.slice(slash + 1)} for service ${service}`;
  }
}

/** The answer to a HEAD request has no body. */
function notGrpc(head: RequestHead, status: number, text: string): Route {
  return { kind: "not gRPC", status, text: head.method === "HEAD" ? "" : text };
}

/** Encoded here, as the route is remembered: the client may ask the same for ever. */
function failed(code: GrpcStatus, message: string): Route {
  return { kind: "failed", answer: trailersOnly({ code, message }) };
}
