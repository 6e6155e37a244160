import type { Prng } from "@quorate/core";
import type { Channel } from "../../client/channel.ts";
import { EtcdClient } from "../../client/etcd-client.ts";
import { FailoverChannel } from "../../client/failover-channel.ts";
import { LocalChannel } from "../../client/local-channel.ts";
import type { MemoryMember } from "../../compose/ensemble/ensemble-member.ts";
import type { ClientWorld } from "./client-world.ts";
import { ClientProcess } from "./client-process.ts";

/** A client with a process of its own. */
export class SimClient {
  readonly name: string;
  readonly prng: Prng;
  readonly process: ClientProcess;
  readonly channel: Channel;
  readonly etcd: EtcdClient;

  /** @param members - whom it asks: one, or the next when one fails */
  constructor(name: string, world: ClientWorld, members: readonly MemoryMember[]) {
    this.name = name;
    this.prng = world.prng.fork();
    this.process = new ClientProcess(world.timeline);
    const { clock } = this.process;
    const [first, ...others] = members.map(
      (member): Channel => new LocalChannel(() => member.services, clock),
    );
    if (first === undefined) throw new RangeError("a client asks somebody");
    this.channel = this.process.channel(
      others.length === 0 ? first : new FailoverChannel([first, ...others], clock),
    );
    const { timeoutMillis } = world.workload;
    this.etcd = new EtcdClient(this.channel, { clock, timeoutMillis });
  }
}
