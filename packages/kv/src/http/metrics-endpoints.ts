import { EXPOSITION_TYPE } from "../metrics/index.ts";
import type { Endpoints, HttpAnswer } from "./endpoints.ts";

/** `/metrics`. */
export function metricsEndpoints(scrape: () => Promise<string>): Endpoints {
  const metrics = async (): Promise<HttpAnswer> => {
    return { status: 200, type: EXPOSITION_TYPE, body: await scrape() };
  };
  return new Map([["/metrics", metrics]]);
}
