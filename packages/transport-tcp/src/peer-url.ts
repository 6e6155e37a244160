import { QuorateError } from "@quorate/core";

/** Where a peer listens. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads a peer URL of etcd's flags.
 *
 * @throws `ERR_ADDRESS` naming the URL and what is wrong with it
 */
export function parsePeerUrl(text: string): PeerAddress {
  const refuse = (why: string): never => {
    throw new QuorateError("ERR_ADDRESS", `peer URL "${text}": ${why}; give http://HOST:PORT`);
  };
  const url = URL.canParse(text) ? new URL(text) : refuse("not a URL");
  if (url.protocol === "https:") refuse("TLS between members is not supported yet");
  if (url.protocol !== "http:") refuse("only http is understood");
  // The URL class drops the default port 80 from an http URL.
  const port =
    url.port === "" ? (/:80(\/|$)/.test(text) ? 80 : refuse("no port")) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port };
}
