import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { failed, type HttpAnswer, type Route } from "./endpoints.ts";

/** Answers operators' tools. The server does not listen itself. */
export function httpServer(route: Route): Server {
  return createServer((request, response) => {
    // Split by hand: a target such as "//" is no URL to the URL class, which would throw.
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    const endpoint = route(path);
    if (endpoint === undefined) return send(response, failed(404, "404 page not found"));
    if (!isGet(request, response)) return;
    endpoint(new URLSearchParams(query)).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, failed(500, String(error))),
    );
  });
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
