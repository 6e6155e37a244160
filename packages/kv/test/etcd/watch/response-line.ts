import { utf8Decode } from "@quorate/core";
import { ProtoReader } from "../../../src/etcd/codec/index.ts";

/** The fields of a message by number; what is not there is 0 or empty. */
class Message {
  readonly #numbers = new Map<number, bigint>();
  readonly #parts = new Map<number, Uint8Array[]>();

  constructor(bytes: Uint8Array) {
    const reader = new ProtoReader(bytes);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      const field = tag >>> 3;
      if ((tag & 7) === 0) this.#numbers.set(field, reader.bigint64());
      else this.#parts.set(field, [...this.parts(field), reader.bytes()]);
    }
  }

  number(field: number): bigint {
    return this.#numbers.get(field) ?? 0n;
  }

  parts(field: number): readonly Uint8Array[] {
    return this.#parts.get(field) ?? [];
  }

  text(field: number): string {
    return utf8Decode(this.parts(field)[0] ?? new Uint8Array(0));
  }
}

/** A watch response as a line of a test: `#watcher @revision`, then what it says. */
export function responseLine(bytes: Uint8Array): string {
  const response = new Message(bytes);
  const [header] = response.parts(1);
  const revision = header === undefined ? "-" : new Message(header).number(3);
  const words = [`#${response.number(2)} @${revision}`];
  if (response.number(3) === 1n) words.push("created");
  if (response.number(4) === 1n) words.push("canceled");
  if (response.number(5) !== 0n) words.push(`compacted ${response.number(5)}`);
  if (response.text(6) !== "") words.push(`(${response.text(6)})`);
  for (const event of response.parts(11)) words.push(eventWord(new Message(event)));
  if (response.number(7) === 1n) words.push("…");
  return words.join(" ");
}

/** `key=value` or `-key`, its revision, and in brackets what was there before. */
function eventWord(event: Message): string {
  const [kv, prevKv] = [...event.parts(2), ...event.parts(3)].map((part) => new Message(part));
  if (kv === undefined) return "?";
  const mod = `@${kv.number(3)}`;
  const word =
    event.number(1) === 1n
      ? `-${kv.text(1)}${mod}${kv.number(2) + kv.number(4) === 0n ? "" : "?"}`
      : `${kv.text(1)}=${short(kv.text(5))}${mod}`;
  return prevKv === undefined ? word : `${word}[${short(prevKv.text(5))}@${prevKv.number(3)}]`;
}

function short(text: string): string {
  return text.length > 10 ? `${text.length}×${text[0]}` : text;
}
