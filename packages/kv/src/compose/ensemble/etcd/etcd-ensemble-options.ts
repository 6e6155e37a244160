import {
  commonSettings,
  type CommonEnsembleOptions,
  type CommonEnsembleSettings,
} from "../common-options.ts";

/**
 * What an etcd ensemble is started with. With the manual clock everything that happens follows from the
 * seed and the calls.
 */
export interface EnsembleOptions extends CommonEnsembleOptions {
  /** Whether each listens for etcd's clients, on a free port of 127.0.0.1; not when left out. */
  readonly listen?: boolean;
  /** A fifth of the election timeout when left out. */
  readonly heartbeatMillis?: number;
  /**
   * How long the members wait for a leader that is not heard; between one and two of these. When left
   * out, 100 with the real clock, so that a test need not wait long, and etcd's 1000 with the manual one.
   */
  readonly electionMillis?: number;
}

/** The options with nothing left out. */
export type EnsembleSettings = CommonEnsembleSettings & Required<EnsembleOptions>;

/** @throws `ERR_CONFIGURATION` naming the option */
export function ensembleSettings(options: EnsembleOptions): EnsembleSettings {
  const common = commonSettings(options);
  const electionMillis = options.electionMillis ?? (common.clock === "real" ? 100 : 1000);
  return {
    ...common,
    listen: options.listen ?? false,
    heartbeatMillis: options.heartbeatMillis ?? electionMillis / 5,
    electionMillis,
  };
}
