import type { Channel } from "../client/channel.ts";
import type { ClientClock } from "../client/clock.ts";
import { EtcdClient } from "../client/etcd-client.ts";
import { FailoverChannel } from "../client/failover-channel.ts";
import { LocalChannel } from "../client/local-channel.ts";
import type { Services } from "../grpc/index.ts";

/** The clients that were given out to this process: they end with what they speak to. */
export class LocalClients {
  readonly #clock: ClientClock;
  readonly #open = new Set<EtcdClient>();

  constructor(clock: ClientClock) {
    this.#clock = clock;
  }

  /** A client of these members, which goes on to the next when one fails. */
  to(first: Services, ...others: readonly Services[]): EtcdClient {
    const clock = this.#clock;
    const local = (services: Services): Channel => new LocalChannel(() => services, clock);
    const channel: Channel =
      others.length === 0
        ? local(first)
        : new FailoverChannel([local(first), ...others.map(local)], clock);
    const open: Channel = {
      unary: (method, request, options) => channel.unary(method, request, options),
      stream: (method, sink, options) => channel.stream(method, sink, options),
      close: () => {
        this.#open.delete(client);
        channel.close();
      },
    };
    const client = new EtcdClient(open, { clock });
    this.#open.add(client);
    return client;
  }

  close(): void {
    for (const client of this.#open) client.close();
  }
}
