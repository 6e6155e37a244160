import { inspect } from "node:util";
import type { Answer } from "../api/member-under-test.ts";
import { decodeMessage, type Decoded, type DecodedValue } from "./decode-message.ts";
import type { ApiMethod } from "./methods.ts";
import { RESPONSES } from "./response-tables.ts";

/** An answer without what two servers cannot have in common. */
export type PlainAnswer =
  | { readonly code: number; readonly text: string }
  | { readonly code: 0; readonly response: Decoded | "not compared" };

/** Methods that answer what is a server's own: ids, sizes, hashes. */
const OWN: ReadonlySet<string> = new Set([
  "/etcdserverpb.Cluster/MemberList",
  "/etcdserverpb.Maintenance/Alarm",
  "/etcdserverpb.Maintenance/Status",
  "/etcdserverpb.Maintenance/HashKV",
]);

export function plainAnswer({ path, response }: ApiMethod, answer: Answer): PlainAnswer {
  if (answer.code !== 0) return { code: answer.code, text: plainText(answer.text) };
  if (OWN.has(path)) return { code: 0, response: "not compared" };
  const decoded = decodeMessage(RESPONSES, response, answer.message);
  const { header, ...rest }: Record<string, DecodedValue> = decoded;
  // What is left of a lease's time each counts from another moment.
  if (path === "/etcdserverpb.Lease/LeaseTimeToLive") delete rest["TTL"];
  return { code: 0, response: { revision: revisionIn(header), ...plain(rest) } };
}

/** Why a request cannot be read each says in its own words. */
function plainText(text: string): string {
  return UNREADABLE.test(text) ? "unreadable" : text;
}

/** etcd has another beginning for it on streams. */
const UNREADABLE =
  /^grpc: (?:error unmarshalling request:|failed to unmarshal the received message) /;

function revisionIn(header: DecodedValue | undefined): DecodedValue {
  return isMessage(header) ? (header["revision"] ?? 0n) : "no header";
}

/** Without the headers within a transaction, which depart as the compatibility page says. */
function plain(message: Decoded): Decoded {
  const entries = Object.entries(message).filter(([name]) => name !== "header");
  return Object.fromEntries(entries.map(([name, value]) => [name, plainValue(name, value)]));
}

function plainValue(name: string, value: DecodedValue): DecodedValue {
  if (isList(value)) {
    const items = value.map((item) => plainValue(name, item));
    // In no order that means anything.
    return name === "leases" || name === "keys" ? sorted(items) : items;
  }
  return isMessage(value) ? plain(value) : value;
}

function sorted(values: readonly DecodedValue[]): readonly DecodedValue[] {
  return values.toSorted((a, b) => (inspect(a) < inspect(b) ? -1 : 1));
}

function isList(value: DecodedValue): value is readonly DecodedValue[] {
  return Array.isArray(value);
}

function isMessage(value: DecodedValue | undefined): value is Decoded {
  return typeof value === "object" && !Array.isArray(value);
}
