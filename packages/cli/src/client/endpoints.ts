import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { parseUrl } from "../server/urls.ts";

const DEFAULT_ENDPOINTS = "127.0.0.1:2379";

/**
 * The endpoints to ask, as `http://host:port`: from `--endpoints`, else `QUORATE_ENDPOINTS`, else
 * `ETCDCTL_ENDPOINTS`, else this machine's port 2379.
 *
 * @throws `CliError` (usage)
 */
export function endpointsOf(
  flag: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const [from, text] =
    flag !== undefined
      ? ["--endpoints", flag]
      : env["QUORATE_ENDPOINTS"]
        ? ["QUORATE_ENDPOINTS", env["QUORATE_ENDPOINTS"]]
        : ["ETCDCTL_ENDPOINTS", env["ETCDCTL_ENDPOINTS"] || DEFAULT_ENDPOINTS];
  return text.split(",").map((part) => {
    const trimmed = part.trim();
    const parsed = parseUrl(trimmed.includes("://") ? trimmed : `http://${trimmed}`);
    if ("problem" in parsed) throw new CliError(EXIT.usage, `${from}: ${parsed.problem}`);
    return parsed.url;
  });
}
