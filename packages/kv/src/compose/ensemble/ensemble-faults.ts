import type { NodeId } from "@quorate/core";

/**
 * A member of an ensemble, and what can befall it. What is to be done to it and has been done already
 * changes nothing.
 */
export interface MemberFaults {
  readonly name: string;
  readonly id: NodeId;
  /**
   * Stops the process where it is, as SIGSTOP does: nothing reaches it, and no time passes for it. The
   * port that it listens on is this very process's, and still takes connections.
   */
  pause(): void;
  /** Lets it go on: it finds that it is late, and what came meanwhile. */
  resume(): void;
  /** The process dies, as by SIGKILL: what was not synced is lost, and connections break. */
  crash(): void;
  /**
   * Starts it again after a crash, from what its disk has; resolves when it takes part again.
   *
   * @throws `ERR_ADDRESS` when another process has taken its port; it is down then
   */
  restart(): Promise<void>;
}

/** Members in this process, with disks and network in memory, and their faults at hand. */
export interface EnsembleFaults<Member extends MemberFaults> {
  readonly members: readonly Member[];
  /** The member that leads a majority which it reaches, and which knows it; null while there is none. */
  leader(): Member | null;
  /**
   * Waits until there is a leader. With the manual clock time passes meanwhile.
   *
   * @throws `ERR_NO_LEADER` when there is none for far longer than an election takes
   */
  untilLed(): Promise<Member>;
  /**
   * From now on members reach those of their own group only; one that is named nowhere reaches nobody.
   * What was cut off before is healed. Nobody is told: as in a real network, what is sent just does not
   * arrive. Clients reach every member.
   */
  partition(groups: readonly (readonly MemberFaults[])[]): void;
  /** Nothing gets from one to the other any more; the way back stays open. */
  cut(from: MemberFaults, to: MemberFaults): void;
  /** Every member reaches every other again. */
  heal(): void;
  /** Ends everything; what is under way fails, and no timer or socket is left. */
  close(): Promise<void>;
}

/** The time of an ensemble, which passes only when it is told to. */
export interface ManualTime {
  /** Milliseconds since the ensemble was made. */
  readonly now: number;
  /**
   * Lets so many ms pass, and everything that is due in them happen, in order. Whoever awaits an answer
   * gets its turn when the answer is there, before time goes on; what it asks for takes a millisecond.
   */
  advance(millis: number): Promise<void>;
  /**
   * Lets time pass until the promise is settled.
   *
   * @param millis - no longer than this; a minute when left out
   * @throws what the promise is rejected with, or `ERR_TIMEOUT`
   */
  until<T>(promise: Promise<T>, millis?: number): Promise<T>;
}
