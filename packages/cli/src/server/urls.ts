import { isIP } from "node:net";

/** A URL of etcd's flags, taken apart: `http://host:port`. */
export interface MemberUrl {
  /** Normal form: lower case, explicit port, no slash at the end. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
}

/** What is wrong with a text that should have been one or more URLs, with the remedy. */
export interface UrlProblem {
  readonly problem: string;
}

/** Reads comma-separated URLs; the first that does not fit is the answer. */
export function parseUrls(text: string): readonly MemberUrl[] | UrlProblem {
  const urls: MemberUrl[] = [];
  for (const part of text.split(",")) {
    const url = parseUrl(part.trim());
    if ("problem" in url) return url;
    if (urls.some((other) => other.url === url.url))
      return { problem: `${url.url} is listed twice` };
    urls.push(url);
  }
  return urls;
}

/** Reads one URL by etcd's rules: a scheme, a host, a port, nothing else. */
export function parseUrl(text: string): MemberUrl | UrlProblem {
  if (text === "") return { problem: "a URL is empty: write http://host:port" };
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const meant = /^[0-9]+$/.test(text) ? `127.0.0.1:${text}` : text;
    return { problem: `"${text}" has no scheme: write http://${meant}` };
  }
  if (scheme === "https") {
    return { problem: `"${text}" asks for TLS, which is not built yet: write http://` };
  }
  if (scheme === "unix" || scheme === "unixs") {
    return {
      problem: `"${text}" is a Unix socket, which is not supported: write http://127.0.0.1:port`,
    };
  }
  if (scheme !== "http") return { problem: `"${text}" has the scheme ${scheme}: write http://` };
  return parseAuthority(text, text.slice("http://".length));
}

function parseAuthority(text: string, authority: string): MemberUrl | UrlProblem {
  const match = /^(\[[0-9a-f:.%]+\]|[^:/?#@[\]\s]*)(?::([0-9]*))?(\/.*)?$/i.exec(authority);
  if (!match) return { problem: `"${text}" is not a URL: write http://host:port` };
  const [, bracketed = "", digits, path] = match;
  if (path !== undefined && path !== "/") {
    return { problem: `"${text}" has a path: write http://host:port and nothing behind it` };
  }
  if (!digits) return { problem: `"${text}" has no port: write http://host:port` };
  const port = Number(digits);
  if (port > 65535) return { problem: `"${text}" has port ${digits}: ports end at 65535` };
  if (bracketed === "")
    return { problem: `"${text}" has no host: write http://127.0.0.1:${digits}` };
  const host = bracketed.replace(/^\[|\]$/g, "").toLowerCase();
  if (bracketed.startsWith("[") && isIP(host) !== 6) {
    return { problem: `"${text}": ${bracketed} is not an IPv6 address` };
  }
  return { url: `http://${bracketed.toLowerCase()}:${port}`, host, port };
}

/** Why nobody can listen on the URL, or null. As in etcd, a name other than localhost is refused. */
export function listenProblem({ url, host, port }: MemberUrl): string | null {
  if (port === 0) return `${url} has port 0: others must know the port, so choose one`;
  if (host === "localhost" || isIP(host) !== 0) return null;
  return `${url} names a host: listen on an IP address, such as http://0.0.0.0:${port}`;
}

/** Why a URL cannot be given to others, or null. */
export function advertiseProblem({ url, port }: MemberUrl): string | null {
  return port === 0 ? `${url} has port 0: advertise the port that is listened on` : null;
}

/** Whether the host means "every address of this machine", which says nothing to others. */
export function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** The URL to listen on: `localhost` is IPv4's loopback, as it is in etcd. */
export function bindUrl({ url, host, port }: MemberUrl): string {
  return host === "localhost" ? `http://127.0.0.1:${port}` : url;
}
