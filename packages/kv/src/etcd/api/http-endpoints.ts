import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { CLUSTER_VERSION, SERVER_VERSION } from "../version.ts";

/** What the endpoints ask of the member. */
export interface HealthProbe {
  readonly hasLeader: () => boolean;
  /** `done` gets null when a linearizable read went through, or else the text of its failure. */
  readonly readLinearizable: (done: (failure: string | null) => void) => void;
}

const JSON_TYPE = "application/json";
const TEXT_TYPE = "text/plain; charset=utf-8";

/** What etcd answers beside gRPC: `/health` and `/version`. The server does not listen itself. */
export function httpEndpoints(probe: HealthProbe): Server {
  return createServer((request, response) => {
    // Split by hand: a target such as "//" is no URL to the URL class, which would throw.
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    if (path === "/health") {
      if (!isGet(request, response)) return;
      const parameters = new URLSearchParams(query);
      answerHealth(probe, parameters.get("serializable") === "true", response);
    } else if (path === "/version") {
      if (!isGet(request, response)) return;
      const version = { etcdserver: SERVER_VERSION, etcdcluster: CLUSTER_VERSION };
      answer(response, 200, JSON_TYPE, JSON.stringify(version));
    } else answer(response, 404, TEXT_TYPE, "404 page not found\n");
  });
}

/** The `exclude` parameter names alarms that do not count: there are none to count. */
function answerHealth(probe: HealthProbe, serializable: boolean, response: ServerResponse): void {
  if (serializable) return answerHealthy(response, null);
  if (!probe.hasLeader()) return answerHealthy(response, "RAFT NO LEADER");
  probe.readLinearizable((failure) =>
    answerHealthy(response, failure === null ? null : `RANGE ERROR:${failure}`),
  );
}

function answerHealthy(response: ServerResponse, failure: string | null): void {
  const body = JSON.stringify({ health: String(failure === null), reason: failure ?? "" });
  answer(response, failure === null ? 200 : 503, TEXT_TYPE, body);
}

function isGet(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === "GET") return true;
  response.setHeader("Allow", "GET");
  answer(response, 405, TEXT_TYPE, "Method Not Allowed\n");
  return false;
}

function answer(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}
