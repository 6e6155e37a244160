import type { SessionOptions } from "../command-options.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { eventJson, eventText, seenJson } from "./event-output.ts";
import { Mailbox } from "./mailbox.ts";
import { SessionReport, type Meanwhile } from "./session-report.ts";
import type { WatcherEvent } from "./watcher-event.ts";
import { Watching, type Seen, type WatchKind } from "./watching.ts";
import { withZooKeeper } from "./with-zookeeper.ts";
import type { ZooKeeperClient } from "./zookeeper-client.ts";
import type { ZooKeeperSession } from "./zookeeper-session.ts";

export interface WatchRequest {
  readonly path: string;
  readonly kind: WatchKind;
  /** How many to wait for. */
  readonly events: number;
}

/** Prints what happens to a node, until it is stopped or has seen so many events. */
export async function watchNode(
  request: WatchRequest,
  options: SessionOptions,
  terminal: Terminal,
): Promise<void> {
  const { path, kind } = request;
  const enough = new AbortController();
  const stop = AbortSignal.any([terminal.stop, enough.signal]);
  const watching = new Watching(path, kind);
  const mailbox = new Mailbox<WatcherEvent>(stop);
  const report = new SessionReport(terminal, options.json, meanwhile(request));

  const print = async (client: ZooKeeperClient, atFirst: Seen): Promise<void> => {
    let before = atFirst;
    for (let left = request.events; left > 0; left--) {
      const event = await mailbox.take();
      if (event === null) return;
      const after = await watching.goOn(client);
      const { out } = terminal;
      if (options.json) out.write(`${JSON.stringify(eventJson(event, before, after))}\n`);
      else out.write(eventText(event, before, after, out));
      before = after;
    }
  };

  const watch = async (client: ZooKeeperClient, session: ZooKeeperSession): Promise<void> => {
    const seen = await watching.begin(client);
    const what = kind === "recursive" ? `${path} and everything below it` : path;
    report.say("watching", `watching ${what}`, { path, kind, ...seenJson(seen) });
    try {
      await Promise.all([session.keep(stop), print(client, seen).finally(() => enough.abort())]);
    } catch (thrown) {
      if (!terminal.stop.aborted) throw thrown;
    } finally {
      enough.abort();
    }
  };

  await withZooKeeper(options, watch, {
    event: (event) => mailbox.put(event),
    lost: (why) => report.lost(why),
    resumed: (endpoint) => report.resumed(endpoint),
    leftWatch: () => watching.left,
  });
}

/** What becomes of the changes that are made while no server is there. */
function meanwhile({ kind, path }: WatchRequest): Meanwhile {
  return kind === "persistent" || kind === "recursive"
    ? { told: "no", text: `what changed meanwhile is not told: read ${path} again` }
    : { told: "as one event", text: "what changed meanwhile comes as one event" };
}
