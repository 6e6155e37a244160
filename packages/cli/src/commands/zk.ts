import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addZkGet } from "./zk-get.ts";
import { addZkLs } from "./zk-ls.ts";
import { addZkStatus } from "./zk-status.ts";

/** `quorate zk`: what a ZooKeeper client sees. */
export function addZk(program: Command, context: CommandContext): void {
  const zk = program
    .command("zk")
    .summary("look into a ZooKeeper ensemble")
    .description("Asks any ZooKeeper ensemble, Java's or Quorate's. No node is changed.")
    .addHelpText(
      "after",
      `
Examples:
  quorate zk status --endpoints zoo1,zoo2,zoo3
  quorate zk ls / --endpoints 127.0.0.1:2181
  quorate zk get /config/app --stat`,
    );
  addZkStatus(zk, context);
  addZkLs(zk, context);
  addZkGet(zk, context);
}
