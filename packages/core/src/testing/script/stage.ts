import type { NodeId } from "../../ids.ts";
import { SimCluster } from "../sim/sim-cluster.ts";
import type { SimMember } from "../sim/sim-member.ts";
import type { NamedLimits, SimProtocol } from "../sim/sim-protocol.ts";
import type { ClusterPlan } from "./cluster-plan.ts";
import type { Command, MemberAction, RunEnd } from "./command.ts";
import type { Condition } from "./condition.ts";
import { isFact, isSettled } from "./facts.ts";
import { memberLine } from "./member-line.ts";
import { Requests } from "./requests.ts";
import { ScriptError } from "./script-error.ts";
import { Transcript } from "./transcript.ts";

/** A script that waits for longer waits in vain; virtual ms. */
const PATIENCE_MILLIS = 10_000;

/** Carries out the commands of one script. */
export class Stage<Message> {
  readonly #protocol: SimProtocol<Message>;
  readonly #requests: Requests<Message>;
  readonly #transcript: Transcript<Message>;
  #limits: NamedLimits = {};
  #cluster: SimCluster<Message> | null = null;

  constructor(protocol: SimProtocol<Message>) {
    this.#protocol = protocol;
    this.#requests = new Requests((text) => this.#transcript.say(text));
    const time = (): number => this.#cluster?.now ?? 0;
    this.#transcript = new Transcript(protocol.words, this.#requests.registers, time);
  }

  /**
   * Carries out one command and returns what it printed.
   *
   * @throws {@link ScriptError} when it cannot be carried out, or an invariant of the protocol broke
   */
  perform(command: Command): readonly string[] {
    this.#transcript.begin(command.kind === "run" ? command.detail : new Set());
    this.#act(command);
    const [violation] = this.#cluster?.violations ?? [];
    if (violation !== undefined) {
      throw this.#failure(`${violation.checker} is broken: ${violation.what}`);
    }
    return this.#transcript.end();
  }

  #act(command: Command): void {
    switch (command.kind) {
      case "limits":
        return this.#setLimits(command.limits);
      case "cluster":
        return this.#create(command.plan);
      case "member":
        for (const id of command.members) this.#actOn(command.action, this.#member(id));
        return;
      case "partition":
        for (const id of command.groups.flat()) this.#member(id);
        return this.#created.partition(command.groups, command.links);
      case "heal":
        return this.#created.heal();
      case "break": {
        const [a, b] = command.between;
        return this.#created.breakLinks(this.#member(a).id, this.#member(b).id);
      }
      case "propose": {
        const { register, values } = command;
        const member = this.#member(command.member);
        for (let value = values.first; value <= values.last; value++) {
          this.#requests.propose(this.#created, member, register, value);
        }
        return;
      }
      case "read":
        return this.#requests.read(this.#created, this.#member(command.member), command.register);
      case "transfer": {
        const target = this.#member(command.target).id;
        return this.#requests.transfer(this.#created, this.#member(command.member), target);
      }
      case "run":
        return this.#run(command.end);
      case "show":
        return this.#show(command.members);
    }
  }

  #setLimits(limits: NamedLimits): void {
    if (this.#cluster !== null) throw new ScriptError("limits come before the cluster");
    const known = this.#protocol.limitNames;
    const unknown = Object.keys(limits).find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new ScriptError(`there is no limit ${unknown}; known: ${known.join(" ")}`);
    }
    this.#limits = { ...this.#limits, ...limits };
  }

  #create({ settings, seed, down, quorum }: ClusterPlan): void {
    if (this.#cluster !== null) throw new ScriptError("a script has one cluster");
    this.#cluster = new SimCluster({
      protocol: this.#protocol,
      seed,
      settings: { ...settings, limits: this.#limits },
      quorum,
      down,
      listener: this.#transcript,
    });
    for (const id of down) this.#member(id);
  }

  #actOn(action: MemberAction, { id, life, hasLived }: SimMember<Message>): void {
    const cluster = this.#created;
    if ((action === "start" || action === "restart") !== (life === null)) {
      throw new ScriptError(`${id} is ${life === null ? "down" : "up"}`);
    }
    switch (action) {
      case "start":
        if (hasLived) throw new ScriptError(`${id} has run before: restart it`);
        return cluster.restart(id);
      case "restart":
        if (!hasLived) throw new ScriptError(`${id} has never run: start it`);
        return cluster.restart(id);
      case "crash":
        // What was not synced is gone: a script leaves nothing to chance.
        return cluster.crash(id, { survivors: () => 0 });
      case "pause":
        return cluster.pause(id);
      case "resume":
        return cluster.resume(id);
      case "stall-disk":
        return cluster.stallDisk(id);
      case "resume-disk":
        // Like everything else it happens when the script runs, so that it is seen.
        return cluster.after(0, () => cluster.resumeDisk(id));
      case "fill-disk":
        return cluster.setDiskFull(id, true);
      case "empty-disk":
        return cluster.setDiskFull(id, false);
      case "checkpoint":
        return cluster.checkpoint(id);
    }
  }

  #run(end: RunEnd): void {
    const cluster = this.#created;
    if (end.kind === "after") return cluster.run(end.millis);
    const isMet = cluster.runUntil(() => this.#holds(end.condition), PATIENCE_MILLIS);
    if (!isMet && cluster.violations.length === 0) {
      throw this.#failure(`it did not come to that within ${PATIENCE_MILLIS / 1000} s`);
    }
  }

  #holds(condition: Condition): boolean {
    switch (condition.kind) {
      case "leader": {
        const leader = this.#created.leader();
        return leader !== null && (condition.member ?? leader) === leader;
      }
      case "answered":
        return this.#requests.areAnswered;
      case "settled":
        return this.#requests.areAnswered && isSettled(this.#created);
      case "sends": {
        const { id } = this.#member(condition.member);
        return this.#transcript.hasSent(id, condition.message, condition.to);
      }
      case "fact": {
        const { member, fact, relation, value } = condition;
        return isFact(this.#member(member), fact, relation, value);
      }
    }
  }

  #show(members: readonly NodeId[]): void {
    const ids = members.length === 0 ? this.#created.ids : members.map((id) => this.#member(id).id);
    for (const id of ids) this.#transcript.say(this.#line(id));
  }

  #line(id: NodeId): string {
    return memberLine(this.#member(id), this.#created.isPaused(id), this.#protocol.words);
  }

  get #created(): SimCluster<Message> {
    if (this.#cluster === null) throw new ScriptError("there is no cluster yet");
    return this.#cluster;
  }

  #member(id: NodeId): SimMember<Message> {
    const member = this.#created.members.get(id);
    if (member !== undefined) return member;
    throw new ScriptError(`there is no member ${id}; there are ${this.#created.ids.join(" ")}`);
  }

  /** With everything that was printed, and the state of all members. */
  #failure(what: string): ScriptError {
    const printed = this.#transcript.end();
    const states = this.#created.ids.map((id) => this.#line(id));
    return new ScriptError([what, ...printed, "----", ...states].join("\n"));
  }
}
