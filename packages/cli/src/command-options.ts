import { InvalidArgumentError, Option, type Command } from "commander";
import { anotherAuth, type AuthInfo } from "./zookeeper-client/auth-info.ts";

/** What every command but the daemons understands. */
export interface CommonOptions {
  readonly json: boolean;
  readonly verbose: boolean;
}

/** What every command that asks a cluster or an ensemble understands. */
export interface ClientOptions extends CommonOptions {
  readonly endpoints?: string;
  readonly timeout: number;
}

/** What every command that opens a ZooKeeper session understands. */
export interface SessionOptions extends ClientOptions {
  readonly auth: readonly AuthInfo[];
}

/** Adds `--json` and `--verbose`. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--json", "print JSON, errors too", false)
    .option("--verbose", "print stack traces with errors", false);
}

/** Adds the options of every command that asks a cluster. */
export function withClientOptions(command: Command): Command {
  return withCommonOptions(command)
    .option(
      "--endpoints <list>",
      "host:port of members, comma-separated (or QUORATE_ENDPOINTS, ETCDCTL_ENDPOINTS; default: 127.0.0.1:2379)",
    )
    .addOption(timeoutOption());
}

/** Adds the options of every command that asks a ZooKeeper ensemble. */
export function withZooKeeperOptions(command: Command): Command {
  return withCommonOptions(command)
    .option(
      "--endpoints <list>",
      "host:port of servers, comma-separated; the port is 2181 where it is left out (default: 127.0.0.1:2181)",
    )
    .addOption(timeoutOption());
}

/** Adds the options of every command that opens a ZooKeeper session. */
export function withSessionOptions(command: Command): Command {
  return withZooKeeperOptions(command).addOption(
    new Option(
      "--auth <scheme:credentials>",
      "authenticate by it, such as digest:user:password; may be given again",
    )
      .argParser(anotherAuth)
      .default([], "as nobody in particular"),
  );
}

function timeoutOption(): Option {
  return new Option("--timeout <seconds>", "how long to wait for an answer")
    .argParser(positiveNumber)
    .default(5);
}

/** Parses a whole number from `least` up. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`it must be a whole number from ${least} to ${most}.`);
  };
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("it must be a number of seconds above 0.");
}
