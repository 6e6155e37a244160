import { QuorateError } from "@quorate/core";

/**
 * Where to listen for clients, from one of etcd's flags.
 *
 * @throws `ERR_ADDRESS` naming the flag, the URL and what is wrong with it
 */
export function parseListenUrl(
  text: string,
  flag: string,
): { readonly host: string; readonly port: number } {
  const refuse = (why: string): never => {
    throw new QuorateError("ERR_ADDRESS", `${flag} "${text}": ${why}; give http://HOST:PORT`);
  };
  const url = URL.canParse(text) ? new URL(text) : refuse("not a URL");
  if (url.protocol === "https:") refuse("TLS is not supported yet");
  if (url.protocol !== "http:") refuse("only http is understood");
  const port =
    url.port === "" ? (/:80(\/|$)/.test(text) ? 80 : refuse("no port")) : Number(url.port);
  return { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port };
}
