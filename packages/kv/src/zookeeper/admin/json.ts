import { Decimal } from "../facts/index.ts";

/** What JSON can hold, with whole numbers of any size: session ids have 64 bits. */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | Decimal
  | readonly Json[]
  | JsonObject;

/** The members of an object in their order. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** As Jackson writes it with indentation, which is what ZooKeeper's AdminServer does. */
export function jsonText(value: Json, indent = ""): string {
  if (value === null || typeof value === "boolean" || typeof value === "number") return `${value}`;
  if (typeof value === "bigint" || value instanceof Decimal) return value.toString();
  if (typeof value === "string") return JSON.stringify(value);
  if (isList(value)) {
    const items = value.map((item) => jsonText(item, indent));
    return items.length === 0 ? "[ ]" : `[ ${items.join(", ")} ]`;
  }
  const within = `${indent}  `;
  const members = Object.entries(value).map(
    ([name, member]) => `${within}${JSON.stringify(name)} : ${jsonText(member, within)}`,
  );
  return members.length === 0 ? "{ }" : `{\n${members.join(",\n")}\n${indent}}`;
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
