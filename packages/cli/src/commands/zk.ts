import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addZkAcl } from "./zk-acl.ts";
import { addZkCreate } from "./zk-create.ts";
import { addZkGet } from "./zk-get.ts";
import { addZkLs } from "./zk-ls.ts";
import { addZkRm } from "./zk-rm.ts";
import { addZkSet } from "./zk-set.ts";
import { addZkStat } from "./zk-stat.ts";
import { addZkStatus } from "./zk-status.ts";
import { addZkWatch } from "./zk-watch.ts";

/** `quorate zk`: what a ZooKeeper client sees. */
export function addZk(program: Command, context: CommandContext): void {
  const zk = program
    .command("zk")
    .summary("read, write and watch nodes of a ZooKeeper ensemble")
    .description("A client of any ZooKeeper ensemble, Java's or Quorate's.")
    .addHelpText(
      "after",
      `
Examples:
  quorate zk status --endpoints zoo1,zoo2,zoo3
  quorate zk ls / --endpoints 127.0.0.1:2181
  quorate zk create /config/app '{"size":2}'
  quorate zk get /config/app --stat
  quorate zk watch -R /config --json`,
    );
  addZkStatus(zk, context);
  addZkLs(zk, context);
  addZkGet(zk, context);
  addZkStat(zk, context);
  addZkCreate(zk, context);
  addZkSet(zk, context);
  addZkRm(zk, context);
  addZkAcl(zk, context);
  addZkWatch(zk, context);
}
