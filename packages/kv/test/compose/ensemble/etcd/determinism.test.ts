import { Prng } from "@quorate/core";
import { expect, test } from "vitest";
import type { EnsembleMember } from "../../../../src/compose/ensemble/etcd/etcd-ensemble-member.ts";
import type { ManualEnsemble } from "../../../../src/compose/ensemble/etcd/etcd-ensemble.ts";
import { startEnsemble } from "../../../../src/compose/ensemble/etcd/start-ensemble.ts";
import type { MemberLog } from "../../../../src/compose/member-log.ts";

const STEPS = 40;
const WRITES = 20;

/** Everything that members log and clients hear in a run that only the seed decides. */
class Story {
  readonly lines: string[] = [];
  readonly #prng: Prng;
  #ensemble: ManualEnsemble | null = null;

  constructor(seed: number) {
    this.#prng = new Prng(seed);
  }

  static async tell(seed: number): Promise<readonly string[]> {
    const story = new Story(seed);
    await story.#run(seed);
    return story.lines;
  }

  async #run(seed: number): Promise<void> {
    const note: MemberLog["info"] = (fields, text) => this.#note(text, fields);
    const log = { info: note, warn: note, error: note };
    const ensemble = await startEnsemble({ clock: "manual", seed, snapshotEntries: 20, log });
    this.#ensemble = ensemble;
    const writers: Promise<void>[] = [];
    for (let step = 0; step < STEPS; step++) {
      writers.push(this.#write(this.#prng.pick(ensemble.members), step));
      this.#disturb(ensemble);
      await ensemble.advance(this.#prng.between(1, 800));
      this.#note("step", {
        leader: ensemble.leader()?.name ?? null,
        members: ensemble.members.map((member) => member.status()),
      });
    }
    await ensemble.close();
    await Promise.all(writers);
  }

  /** Writes as fast as it is answered, until it is not. */
  async #write(member: EnsembleMember, step: number): Promise<void> {
    const client = member.client();
    try {
      for (let i = 0; i < WRITES; i++) {
        this.#note("put", await client.put(`${member.name}/${i % 7}`, `${step}`));
      }
    } catch (thrown) {
      this.#note("put failed", { name: member.name, why: String(thrown) });
    }
  }

  #disturb(ensemble: ManualEnsemble): void {
    const [a, b, c] = ensemble.members as [EnsembleMember, EnsembleMember, EnsembleMember];
    const one = this.#prng.pick([a, b, c]);
    const other = this.#prng.pick([a, b, c].filter((member) => member !== one));
    this.#prng.pick<() => void>([
      () => one.pause(),
      () => one.resume(),
      () => one.crash(),
      () => ensemble.members.forEach((member) => void member.restart()),
      () => ensemble.cut(one, other),
      () => ensemble.partition([[one, other]]),
      () => ensemble.heal(),
    ])();
  }

  #note(what: string, facts: object): void {
    this.lines.push(`${this.#ensemble?.now ?? "-"} ${what} ${JSON.stringify(facts)}`);
  }
}

test("the same seed gives the same story, word for word, and another seed another", async () => {
  const first = await Story.tell(7);
  const acknowledged = first.filter((line) => line.includes(" put {")).length;
  expect(acknowledged).toBeGreaterThan(100);
  expect(await Story.tell(7)).toEqual(first);
  expect(await Story.tell(8)).not.toEqual(first);
});

test("the seed decides who leads first", async () => {
  const leaders = new Set<string>();
  for (let seed = 1; seed <= 12; seed++) {
    const ensemble = await startEnsemble({ seed, clock: "manual" });
    leaders.add((await ensemble.untilLed()).name);
    await ensemble.close();
  }
  expect([...leaders].sort()).toEqual(["m1", "m2", "m3"]);
});
