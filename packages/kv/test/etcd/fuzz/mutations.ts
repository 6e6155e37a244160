import type { Prng } from "@quorate/core";
import { mutateBytes } from "../../grpc/fuzz/mutations.ts";
import { anyBytes, EDGES } from "./values.ts";
import { bytesValue, encodeFields, varint, type WireField, type WireValue } from "./wire.ts";

/** Field numbers that no message has, or that are none. */
const NUMBERS = [15, 16, 99, 2047, 536_870_911, 536_870_912, 2 ** 32 + 1, 0];

/** The message as bytes: mostly as it is, or else spoilt by field, by byte, or made up. */
export function spoil(prng: Prng, fields: readonly WireField[]): Uint8Array {
  const roll = prng.below(100);
  if (roll < 60) return encodeFields(fields);
  if (roll < 87) return encodeFields(mutateFields(prng, fields, prng.between(1, 3)));
  if (roll < 97) return mutateBytes(prng, Buffer.from(encodeFields(fields))).subarray();
  return anyBytes(prng, prng.below(40));
}

/** Changes fields, each of which stays what its length says it is. */
export function mutateFields(
  prng: Prng,
  fields: readonly WireField[],
  times: number,
): readonly WireField[] {
  let mutated = fields;
  for (let left = times; left > 0; left--) mutated = mutateOnce(prng, mutated);
  return mutated;
}

/** In this message, or in one that lies in it. */
function mutateOnce(prng: Prng, fields: readonly WireField[]): readonly WireField[] {
  const at = prng.below(fields.length);
  const field = fields[at];
  if (field?.value.kind === "message" && prng.chance(0.7)) {
    const inner = mutateOnce(prng, field.value.fields);
    return fields.with(at, { ...field, value: { kind: "message", fields: inner } });
  }
  if (field === undefined || prng.chance(0.25)) return [...fields, anyField(prng)];
  switch (prng.below(7)) {
    case 0:
      return shuffled(prng, fields);
    case 1:
      return fields.toSpliced(at, 1);
    case 2: // Once more with another value: of the two the last one counts.
      return [...fields, { number: field.number, value: otherValue(prng, field.value) }];
    case 3:
      return fields.with(at, { number: field.number, value: otherValue(prng, field.value) });
    case 4:
      return fields.with(at, { number: field.number, value: anyWireValue(prng) });
    case 5:
      return fields.with(at, { number: prng.between(1, 14), value: field.value });
    default:
      return fields.toSpliced(at, 0, anyField(prng));
  }
}

function anyField(prng: Prng): WireField {
  const number = prng.chance(0.5) ? prng.pick(NUMBERS) : prng.between(1, 14);
  return { number, value: anyWireValue(prng) };
}

function anyWireValue(prng: Prng): WireValue {
  switch (prng.below(6)) {
    case 0:
      return varint(prng.pick(EDGES), prng.chance(0.2) ? prng.between(1, 10) : 0);
    case 1:
      return { kind: "fixed64", bytes: anyBytes(prng, 8) };
    case 2:
      return { kind: "fixed32", bytes: anyBytes(prng, 4) };
    case 3:
      return bytesValue(anyBytes(prng, prng.below(10)), prng.chance(0.1) ? prng.between(-3, 9) : 0);
    case 4:
      return { kind: "message", fields: [anyField(prng)] };
    default:
      return anyGroup(prng);
  }
}

/** Groups of proto2: with one another in them, with the end of another, without an end. */
function anyGroup(prng: Prng): WireValue {
  const number = prng.between(1, 20);
  const fields = prng.chance(0.5)
    ? []
    : [{ number, value: prng.chance(0.3) ? anyGroup(prng) : anyWireValue(prng) }];
  return { kind: "group", fields, end: prng.chance(0.1) ? null : prng.pick([number, 1, 7]) };
}

/** Another value of the same wire type. */
function otherValue(prng: Prng, value: WireValue): WireValue {
  if (value.kind === "varint") {
    const padding = prng.chance(0.3) ? prng.between(1, 10) : 0;
    return varint(prng.chance(0.5) ? value.value : prng.pick(EDGES), padding);
  }
  if (value.kind === "bytes") {
    return bytesValue(anyBytes(prng, prng.below(4)), prng.chance(0.1) ? prng.between(-3, 9) : 0);
  }
  return anyWireValue(prng);
}

function shuffled(prng: Prng, fields: readonly WireField[]): WireField[] {
  const left = [...fields];
  return fields.flatMap(() => left.splice(prng.below(left.length), 1));
}
