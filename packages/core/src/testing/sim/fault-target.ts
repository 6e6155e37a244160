import type { NodeId } from "../../ids.ts";
import type { SimSettings } from "./sim-settings.ts";

/** A cluster in virtual time to which {@link SimFaults} can be done. What is done already changes nothing. */
export interface FaultTarget {
  readonly ids: readonly NodeId[];
  readonly settings: Pick<SimSettings, "electionMillis" | "delay" | "faults" | "calm">;
  /** Runs the callback outside all members after so many virtual ms. */
  after(millis: number, run: () => void): void;
  leader(): NodeId | null;
  isUp(id: NodeId): boolean;
  isPaused(id: NodeId): boolean;
  crash(id: NodeId, crash: { readonly noticeMillis: (peer: NodeId) => number }): void;
  restart(id: NodeId): void;
  pause(id: NodeId): void;
  resume(id: NodeId): void;
  block(from: NodeId, to: NodeId): void;
  unblock(from: NodeId, to: NodeId): void;
  isBlocked(from: NodeId, to: NodeId): boolean;
  breakLinks(a: NodeId, b: NodeId, noticeMillis: (at: NodeId) => number): void;
  /** Every member reaches every other again. */
  heal(): void;
  stallDisk(id: NodeId): void;
  resumeDisk(id: NodeId): void;
  setDiskFull(id: NodeId, full: boolean): void;
  /** The disk takes so many times as long; 1 is as long as it should. */
  slowDisk(id: NodeId, factor: number): void;
  /** Somebody sets the member's wall clock forward or back. */
  setClock(id: NodeId, millis: number): void;
  /** The member, which is up, is asked to hand leadership to the target. */
  transfer(id: NodeId, target: NodeId): void;
}
