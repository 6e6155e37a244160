import { Replica, type NodeId, type Term } from "@quorate/core";
import { mayLead, type Vote } from "./election/vote.ts";
import {
  assertForward,
  decodeEpochs,
  encodeEpochs,
  INITIAL_EPOCHS,
  type Epochs,
} from "./epochs.ts";
import type { ServerState, ZabMessage } from "./messages.ts";
import { ZAB_LIMITS, type ZabLimits, type ZabOptions, type ZabTimes } from "./options.ts";
import type { Phase } from "./phase.ts";

/**
 * The state of one member that all its phases share. What lies in `election/`, `discovery/`,
 * `synchronization/` and `broadcast/` changes it; nothing else does.
 */
export class ZabNode extends Replica<ZabMessage, Epochs> {
  readonly limits: ZabLimits;
  readonly times: ZabTimes;
  /** Members that a link reaches now. */
  readonly linked: Set<NodeId> = new Set<NodeId>();
  /** The logical clock of elections. */
  round = 0;
  /** What it voted for when it last decided: its answer to members that look. */
  vote: Vote | null = null;
  /** Names the next session with a leader. */
  nextSession: number;
  phase: Phase;

  constructor(options: ZabOptions) {
    const { self, configuration, recovered } = options;
    const limits = { ...ZAB_LIMITS, ...options.limits };
    const { hardState: saved } = recovered;
    const hardState = saved === null ? INITIAL_EPOCHS : decodeEpochs(saved);
    super({ self, configuration, recovered, limits, hardState, encodeHardState: encodeEpochs });
    this.limits = limits;
    this.times = options.times;
    this.nextSession = options.prng.uint32();
    this.phase = {
      kind: "looking",
      own: null,
      proposed: null,
      received: new Map(),
      decided: new Map(),
      finalizeAt: null,
      resendAt: 0,
      resendMillis: 0,
    };
  }

  /** The epoch that this member has promised; a leader's or follower's own, once established. */
  override get term(): Term {
    return this.hard.accepted;
  }

  /** The leader of an established epoch, as far as this member takes part in it. */
  get leader(): NodeId | null {
    const { phase } = this;
    if (phase.kind === "looking" || phase.stage.kind !== "broadcast") return null;
    return phase.kind === "leader" ? this.self : phase.leader;
  }

  get serverState(): ServerState {
    const { phase } = this;
    if (phase.kind === "looking") return "LOOKING";
    if (phase.kind === "leader") return "LEADING";
    return this.isVoter ? "FOLLOWING" : "OBSERVING";
  }

  /** Whether it may be elected; a member whose disk takes no writes could not even begin an epoch. */
  get mayLead(): boolean {
    return this.storage === "available" && mayLead(this.configurations.latest.quorum, this.self);
  }

  setEpochs(epochs: Epochs): void {
    assertForward(this.hard, epochs);
    this.hard = epochs;
    this.outbox.saveHardState(epochs);
  }
}
