import { directoryBytes, environment } from "../facts/index.ts";
import { told, type Command } from "./command.ts";

/** What can be asked about what the server was started with, and where. */
export const SETTINGS_COMMANDS: readonly Command[] = [
  {
    name: "configuration",
    aliases: ["conf", "config"],
    always: false,
    run: ({ settings }) =>
      told({
        client_port: settings.clientPort,
        data_dir: settings.dataDir,
        data_log_dir: settings.dataDir,
        tick_time: settings.tickTime,
        max_client_cnxns: settings.maxClientCnxns,
        min_session_timeout: settings.minSessionTimeout,
        max_session_timeout: settings.maxSessionTimeout,
        server_id: settings.serverId,
        client_port_listen_backlog: -1,
      }),
  },
  {
    name: "dirs",
    aliases: [],
    always: false,
    run: async ({ settings }) => {
      const bytes = await directoryBytes(settings.dataDir);
      return told({ datadir_size: bytes, logdir_size: bytes });
    },
  },
  {
    name: "environment",
    aliases: ["env", "envi"],
    always: true,
    run: () => told(Object.fromEntries(environment())),
  },
];
