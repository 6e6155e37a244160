import type { Index } from "../../ids.ts";
import type { CheckerFactory } from "./checker.ts";

/**
 * A command is applied at one index at most, at the index that its client was told, and not at all
 * when its client was told so.
 */
export const proposalsOnce: CheckerFactory = (_evidence, violated) => {
  const applied = new Map<number, Index>();
  const refused = new Set<number>();
  const acknowledged = new Map<number, Index>();
  return {
    name: "proposals-once",
    commandApplied: ({ id }, command, index) => {
      const before = applied.get(command);
      if (before === undefined) applied.set(command, index);
      else if (before !== index)
        violated(`${id} applies command ${command} at ${before} and ${index}`);
      if (refused.has(command)) violated(`${id} applies command ${command}, which was refused`);
      const told = acknowledged.get(command);
      if (told !== undefined && told !== index) {
        violated(`${id} applies command ${command} at ${index}, its client was told ${told}`);
      }
    },
    commandRefused: (command) => {
      refused.add(command);
      if (applied.has(command)) violated(`command ${command} was applied and then refused`);
    },
    commandAcknowledged: (command, index) => {
      acknowledged.set(command, index);
      if (applied.get(command) !== index) {
        violated(`command ${command} was acknowledged at ${index} but not applied there`);
      }
    },
  };
};
