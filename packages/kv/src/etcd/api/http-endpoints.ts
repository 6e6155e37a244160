import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { EXPOSITION_TYPE } from "../../metrics/index.ts";
import { CLUSTER_VERSION, SERVER_VERSION } from "../version.ts";
import { checkNames, type CheckedEndpoint, type HealthChecks } from "./health-checks.ts";

/** What is answered to a request. */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** Answers a GET request with these parameters. */
export type Endpoint = (parameters: URLSearchParams) => Promise<HttpAnswer>;

/** Endpoints by their paths. */
export type Endpoints = ReadonlyMap<string, Endpoint>;

const JSON_TYPE = "application/json";
const TEXT_TYPE = "text/plain; charset=utf-8";

/** `/health`, `/livez` and `/readyz`, and each of their checks by itself. */
export function healthEndpoints(checks: HealthChecks): Endpoints {
  return new Map<string, Endpoint>([
    ["/health", (parameters) => health(checks, parameters)],
    ...checkedEndpoints(checks, "livez"),
    ...checkedEndpoints(checks, "readyz"),
  ]);
}

/** `/metrics`. */
export function metricsEndpoints(scrape: () => Promise<string>): Endpoints {
  const metrics = async (): Promise<HttpAnswer> => {
    return { status: 200, type: EXPOSITION_TYPE, body: await scrape() };
  };
  return new Map([["/metrics", metrics]]);
}

/** `/version`. */
export function versionEndpoints(): Endpoints {
  const version = JSON.stringify({ etcdserver: SERVER_VERSION, etcdcluster: CLUSTER_VERSION });
  const answer = { status: 200, type: JSON_TYPE, body: version };
  return new Map([["/version", () => Promise.resolve(answer)]]);
}

/** What etcd answers beside gRPC. The server does not listen itself. */
export function httpServer(...endpoints: readonly Endpoints[]): Server {
  const all: Endpoints = new Map(endpoints.flatMap((each) => [...each]));
  return createServer((request, response) => {
    // Split by hand: a target such as "//" is no URL to the URL class, which would throw.
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    const endpoint = all.get(path);
    if (endpoint === undefined) return send(response, failed(404, "404 page not found"));
    if (!isGet(request, response)) return;
    endpoint(new URLSearchParams(query)).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, failed(500, String(error))),
    );
  });
}

async function health(checks: HealthChecks, parameters: URLSearchParams): Promise<HttpAnswer> {
  const serializable = parameters.get("serializable") === "true";
  const reason = await checks.health(new Set(parameters.getAll("exclude")), serializable);
  const body = JSON.stringify({ health: String(reason === null), reason: reason ?? "" });
  return reason === null ? { status: 200, type: TEXT_TYPE, body } : failed(503, body);
}

function checkedEndpoints(
  checks: HealthChecks,
  kind: CheckedEndpoint,
): readonly (readonly [string, Endpoint])[] {
  const names = checkNames(kind);
  const all: Endpoint = (parameters) => {
    const excluded = parameters.getAll("exclude");
    const wanted = names.filter((name) => !excluded.includes(name));
    return check(checks, kind, wanted, parameters);
  };
  const each = names.map((name): readonly [string, Endpoint] => [
    `/${kind}/${name}`,
    (parameters) => check(checks, kind, [name], parameters),
  ]);
  return [[`/${kind}`, all], ...each];
}

/** Says what is wrong in any case, and what is right when asked. */
async function check(
  checks: HealthChecks,
  kind: CheckedEndpoint,
  names: readonly string[],
  parameters: URLSearchParams,
): Promise<HttpAnswer> {
  const { passed, lines } = await checks.run(kind, names);
  const report = lines.map((line) => `${line}\n`).join("");
  if (!passed) return failed(503, report);
  return { status: 200, type: TEXT_TYPE, body: `${parameters.has("verbose") ? report : ""}ok\n` };
}

/** As Go's servers do it: with a line's end behind the text, whatever it ends with. */
function failed(status: number, text: string): HttpAnswer {
  return { status, type: TEXT_TYPE, body: `${text}\n` };
}

function isGet(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === "GET") return true;
  response.setHeader("Allow", "GET");
  send(response, failed(405, "Method Not Allowed"));
  return false;
}

function send(response: ServerResponse, { status, type, body }: HttpAnswer): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(body),
    "X-Content-Type-Options": "nosniff",
  });
  response.end(body);
}
