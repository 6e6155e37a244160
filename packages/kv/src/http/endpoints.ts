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

/** The endpoint of a path; undefined where there is none. */
export type Route = (path: string) => Endpoint | undefined;

export const JSON_TYPE = "application/json";
export const TEXT_TYPE = "text/plain; charset=utf-8";

/** Leads to every endpoint of them all. */
export function routeTo(...endpoints: readonly Endpoints[]): Route {
  const all: Endpoints = new Map(endpoints.flatMap((each) => [...each]));
  return (path) => all.get(path);
}

/** As Go's servers do it: with a line's end behind the text, whatever it ends with. */
export function failed(status: number, text: string): HttpAnswer {
  return { status, type: TEXT_TYPE, body: `${text}\n` };
}
