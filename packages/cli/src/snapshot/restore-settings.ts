import type { Given } from "../server/given.ts";
import { toSettings, type ServerSettings } from "../server/settings.ts";

/** What `snapshot restore` takes of the server's flags. */
export interface RestoreFlags {
  readonly name?: string;
  readonly dataDir?: string;
  readonly initialCluster?: string;
  readonly initialClusterToken?: string;
  readonly initialAdvertisePeerUrls?: string;
}

/**
 * The server's settings for these flags, with its defaults and its checks: the member is started
 * with the same ones.
 *
 * @throws `CliError` (usage)
 */
export function restoreSettings(flags: RestoreFlags): ServerSettings {
  const values = new Map<string, Given>();
  const give = (flag: string, value: string | undefined): void => {
    if (value !== undefined) values.set(flag, { value, from: `--${flag}` });
  };
  give("name", flags.name);
  give("data-dir", flags.dataDir);
  give("initial-cluster", flags.initialCluster);
  give("initial-cluster-token", flags.initialClusterToken);
  give("initial-advertise-peer-urls", flags.initialAdvertisePeerUrls);
  return toSettings(values, false);
}
