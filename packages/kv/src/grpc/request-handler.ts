import { utf8Encode } from "@quorate/core";
import type { Http2Stream, RequestHandler, RequestHead, StreamSink } from "../http2/index.ts";
import { plainHead } from "./answer-blocks.ts";
import type { CallCounts } from "./call-counts.ts";
import type { CallContext } from "./exchange.ts";
import { IGNORED } from "./ignored.ts";
import { Router, type Route } from "./route.ts";
import type { Services } from "./service.ts";
import { StreamExchange } from "./stream-exchange.ts";
import { UnaryExchange } from "./unary-exchange.ts";

/** Serves gRPC calls on HTTP/2 streams. */
export class GrpcHandler implements RequestHandler<Route> {
  readonly #router: Router;
  readonly #context: CallContext;

  constructor(services: Services, context: CallContext, counts?: CallCounts) {
    this.#router = new Router(services, counts);
    this.#context = context;
  }

  route(head: RequestHead): Route {
    return this.#router.route(head);
  }

  begin(stream: Http2Stream, route: Route): StreamSink {
    switch (route.kind) {
      case "method": {
        const { method } = route;
        if (method.kind === "unary") {
          return new UnaryExchange(stream, route, method.handle, this.#context);
        }
        const exchange = new StreamExchange(stream, route, this.#context);
        method.handle(exchange);
        return exchange;
      }
      case "failed":
        stream.headers(route.answer, true);
        return IGNORED;
      case "not gRPC":
        stream.headers(plainHead(route.status), route.text === "");
        stream.data([utf8Encode(route.text)]);
        stream.end(null);
        return IGNORED;
    }
  }
}
