import type {
  GroupView,
  Index,
  NodeId,
  Outcome,
  QuorateError,
  ReadMode,
  ReplicatedLog,
  Term,
} from "@quorate/core";

/** A replicated log whose answers the test gives, when it wants to. */
export class FakeLog<Result> implements ReplicatedLog<Result> {
  readonly proposed: {
    command: Uint8Array;
    done: (outcome: Outcome<Result>) => void;
    onlyInTerm: Term | null;
  }[] = [];
  readonly reads: ((failure: QuorateError | null) => void)[] = [];
  readonly asked: {
    member: NodeId | "leader";
    question: Uint8Array;
    done: (answer: Uint8Array | QuorateError) => void;
  }[] = [];
  readonly transfers: {
    target: NodeId;
    done: (failure: QuorateError | null) => void;
  }[] = [];
  #view: GroupView;
  readonly #listeners = new Set<(view: GroupView) => void>();

  constructor(view: Partial<GroupView> = {}) {
    this.#view = { ...idleView("a1"), ...view };
  }

  propose(
    command: Uint8Array,
    done: (outcome: Outcome<Result>) => void,
    options?: { readonly onlyInTerm?: Term },
  ): void {
    this.proposed.push({ command, done, onlyInTerm: options?.onlyInTerm ?? null });
  }

  read(mode: ReadMode, done: (failure: QuorateError | null) => void): void {
    if (mode === "local") done(null);
    else this.reads.push(done);
  }

  ask(
    member: NodeId | "leader",
    question: Uint8Array,
    done: (answer: Uint8Array | QuorateError) => void,
  ): void {
    this.asked.push({ member, question, done });
  }

  view(): GroupView {
    return this.#view;
  }

  onView(listener: (view: GroupView) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  transfer(target: NodeId, done: (failure: QuorateError | null) => void): void {
    this.transfers.push({ target, done });
  }

  checkpoint(): void {}

  /** Changes the view and tells the listeners. */
  become(change: Partial<GroupView>): void {
    this.#view = { ...this.#view, ...change };
    for (const listener of this.#listeners) listener(this.#view);
  }
}

/** What a member that leads a group of one in term 2 sees. */
export function idleView(self: NodeId, last: Index = 1): GroupView {
  const configuration = {
    members: [{ id: self, addresses: ["http://127.0.0.1:2380"] }],
    quorum: { kind: "majority", voters: [self] },
  } as const;
  return {
    self,
    role: "leader",
    isLeader: true,
    leader: self,
    term: 2,
    ready: true,
    commit: last,
    applied: last,
    first: 1,
    last,
    configurations: { committed: configuration, latest: configuration },
    progress: new Map(),
    details: {},
  };
}
