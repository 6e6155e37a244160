import type { Prng } from "@quorate/core";
import { fieldsIn, type Field } from "./message-table.ts";
import { METHODS, type ApiMethod } from "./methods.ts";
import { REQUESTS } from "./request-tables.ts";
import {
  anyBytes,
  anyInteger,
  anyKey,
  anyRangeEnd,
  anyText,
  anyValue,
  type World,
} from "./values.ts";
import { bytesValue, varint, type WireField, type WireValue } from "./wire.ts";

/** How often a field is there at all, where it is not a quarter of the time. */
const PRESENCE: Readonly<Record<string, number>> = {
  key: 0.97,
  name: 0.97,
  value: 0.9,
  range_end: 0.4,
  lease: 0.5,
  TTL: 0.95,
  action: 0.9,
  alarm: 0.9,
  leader: 0.9,
  term: 0.9,
  counted: 0.9,
  deadline: 0.9,
  revision: 0.5,
  start_revision: 0.7,
  serializable: 0.5,
  ignore_value: 0.08,
  ignore_lease: 0.08,
  limit: 0.3,
  sort_order: 0.3,
  sort_target: 0.3,
  min_mod_revision: 0.1,
  max_mod_revision: 0.1,
  min_create_revision: 0.1,
  max_create_revision: 0.1,
};

/** As many operations as a transaction may have, and one more. */
const OPS_EDGES = [127, 128, 129];

/** Around as deep as a transaction may be, and deeper than a codec may follow. */
const DEPTHS = [5, 30, 126, 127, 128, 129, 130, 131, 200, 600];

/** Makes requests that are well formed and typed, and mostly sensible. */
export class RequestGenerator {
  readonly #prng: Prng;
  readonly #methods: readonly ApiMethod[];
  readonly #weight: number;

  constructor(prng: Prng, methods: readonly ApiMethod[] = METHODS) {
    this.#prng = prng;
    this.#methods = methods;
    this.#weight = methods.reduce((sum, { weight }) => sum + weight, 0);
  }

  /** A method, each as often as its weight says. */
  method(): ApiMethod {
    let left = this.#prng.below(this.#weight);
    const found = this.#methods.find(({ weight }) => (left -= weight) < 0);
    if (found === undefined) throw new Error("there are no methods");
    return found;
  }

  /** The fields of a message. */
  message(name: string, world: World, depth = 0): WireField[] {
    if (name === "Compare") return this.#compare(world);
    if (name === "TxnRequest") return this.#txn(world, depth);
    const fields = fieldsIn(REQUESTS, name);
    const chosen = this.#chosen(fields, depth);
    return fields
      .filter((field) => (field.choice === null ? this.#isThere(field) : field === chosen))
      .flatMap((field) => this.#occurrences(field, world, depth));
  }

  /** Of a choice one alternative, or none. */
  #chosen(fields: readonly Field[], depth: number): Field | null {
    const alternatives = fields.filter(({ choice }) => choice !== null);
    if (alternatives.length === 0 || this.#prng.chance(0.01)) return null;
    // Transactions within transactions, fewer the deeper.
    const isNested = alternatives.length === 4 && !this.#prng.chance(0.3 / (depth + 1));
    return this.#prng.pick(isNested ? alternatives.slice(0, 3) : alternatives);
  }

  #isThere({ name }: Field): boolean {
    return this.#prng.chance(PRESENCE[name] ?? 0.25);
  }

  #occurrences(field: Field, world: World, depth: number): WireField[] {
    const count = field.repeated ? this.#prng.between(1, 3) : 1;
    return Array.from({ length: count }, () => this.#field(field, world, depth));
  }

  #field(field: Field, world: World, depth: number): WireField {
    return { number: field.number, value: this.#value(field, world, depth) };
  }

  #value({ name, type }: Field, world: World, depth: number): WireValue {
    const prng = this.#prng;
    switch (type.kind) {
      case "bytes":
        return bytesValue(this.#bytes(name));
      case "string":
        return bytesValue(anyText(prng));
      case "bool":
        return varint(prng.chance(0.9) ? prng.below(2) : anyInteger(prng, name, world));
      case "enum":
        return varint(
          prng.chance(0.97) ? prng.below(type.values) : anyInteger(prng, "edge", world),
        );
      case "integer":
        return varint(anyInteger(prng, name, world));
      case "message":
        return { kind: "message", fields: this.message(type.message, world, depth) };
    }
  }

  #bytes(name: string): Uint8Array {
    const prng = this.#prng;
    if (prng.chance(0.002)) return anyBytes(prng, prng.pick([70_000, 300_000]));
    if (name === "range_end") return anyRangeEnd(prng);
    return name === "value" ? anyValue(prng) : anyKey(prng);
  }

  /** A target and, mostly, the alternative that goes with it. */
  #compare(world: World): WireField[] {
    const prng = this.#prng;
    const fields = fieldsIn(REQUESTS, "Compare");
    const target = prng.chance(0.97) ? prng.below(5) : prng.pick([5, 7, 100]);
    const unions = fields.filter(({ choice }) => choice !== null);
    const union = prng.chance(0.9) ? unions[target] : prng.pick(unions);
    return fields.flatMap((field): WireField[] => {
      if (field.name === "target") return [{ number: field.number, value: varint(target) }];
      if (field === union) return this.#occurrences(field, world, 0);
      return field.choice === null && this.#isThere(field)
        ? this.#occurrences(field, world, 0)
        : [];
    });
  }

  #txn(world: World, depth: number): WireField[] {
    const prng = this.#prng;
    if (depth === 0 && prng.chance(0.01)) return this.#chain(prng.pick(DEPTHS));
    const [compare, success, failure] = fieldsIn(REQUESTS, "TxnRequest");
    const of = (field: Field | undefined, count: number): WireField[] =>
      field === undefined
        ? []
        : Array.from({ length: count }, () => this.#field(field, world, depth + 1));
    const counts = [prng.below(3), prng.below(4), prng.below(4)];
    if (prng.chance(0.01)) counts[prng.below(3)] = prng.pick(OPS_EDGES);
    return [
      ...of(compare, counts[0] ?? 0),
      ...of(success, counts[1] ?? 0),
      ...of(failure, counts[2] ?? 0),
    ];
  }

  /** One transaction in the other. */
  #chain(depth: number): WireField[] {
    let fields: WireField[] = [];
    for (let i = 0; i < depth; i++) {
      const txn: WireField = { number: 4, value: { kind: "message", fields } };
      fields = [{ number: this.#prng.between(2, 3), value: { kind: "message", fields: [txn] } }];
    }
    return fields;
  }
}
