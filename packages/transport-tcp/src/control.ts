import { ByteReader, ByteWriter, type GroupIdentity } from "@quorate/core";

/** How a process introduces itself. */
export interface Hello {
  /** Differs for every life of every process: it names the other end, whatever ids its members have. */
  readonly process: string;
  /** Greater than in every earlier life of the same process. */
  readonly incarnation: number;
  /** The groups that it takes part in; each one's place is its channel towards the sender. */
  readonly groups: readonly GroupIdentity[];
}

/** What processes say to each other beside the frames of their groups. */
export type Control =
  | { readonly kind: "probe" }
  /** The first frame in each direction. */
  | { readonly kind: "hello"; readonly hello: Hello }
  /** Ends the connection: the other end should know why. */
  | { readonly kind: "refusal"; readonly reason: string }
  /** Asks for a sign of life. */
  | { readonly kind: "challenge" }
  /** From now on this connection is the link of the two processes. */
  | { readonly kind: "use" }
  /** Ends the connection: the two processes are linked by another. */
  | { readonly kind: "duplicate" }
  /** The sender takes part in one more group, on the next channel. */
  | { readonly kind: "joined"; readonly identity: GroupIdentity }
  /** A channel of the sender is gone for good. */
  | { readonly kind: "left"; readonly channel: number }
  /** On its own channel the sender takes what the receiver's member on that channel sends. */
  | { readonly kind: "admission"; readonly own: number; readonly theirs: number }
  /** The sender does not take the receiver's member on that channel. */
  | { readonly kind: "denial"; readonly theirs: number; readonly reason: string }
  /** Wants to come back as an echo at once: so long is the way there and back. */
  | { readonly kind: "ping"; readonly stamp: number }
  | { readonly kind: "echo"; readonly stamp: number };

/** What a connection passes on; whether the other end lives, and how far it is, is its own business. */
export type LinkControl = Exclude<
  Control,
  { readonly kind: "probe" | "challenge" | "ping" | "echo" }
>;

/** "QRT" and the version of the peer protocol; a change of format changes it. */
const MAGIC = 0x51525403;

/** So many groups a process may offer. */
export const GROUPS_MAX = 1000;

/** Bytes of a process's name. */
const PROCESS_BYTES = 8;

/** The first three, and the hello up to its magic, are the same in every version. */
const PROBE = 0;
const HELLO = 1;
const REFUSAL = 2;
const CHALLENGE = 3;
const USE = 4;
const DUPLICATE = 5;
const JOINED = 6;
const LEFT = 7;
const ADMISSION = 8;
const DENIAL = 9;
const PING = 10;
const ECHO = 11;

/** Longer reasons are cut: they go into logs, and strangers have a say in them. */
export const REASON_CHARS_MAX = 1000;

export function encodeControl(control: Control): Uint8Array {
  const writer = new ByteWriter(64);
  switch (control.kind) {
    case "probe":
      return writer.u8(PROBE).finish();
    case "hello":
      return encodeHello(writer, control.hello);
    case "refusal":
      return writer.u8(REFUSAL).string(control.reason.slice(0, REASON_CHARS_MAX)).finish();
    case "challenge":
      return writer.u8(CHALLENGE).finish();
    case "use":
      return writer.u8(USE).finish();
    case "duplicate":
      return writer.u8(DUPLICATE).finish();
    case "joined":
      writeIdentity(writer.u8(JOINED), control.identity);
      return writer.finish();
    case "left":
      return writer.u8(LEFT).u32(control.channel).finish();
    case "admission":
      return writer.u8(ADMISSION).u32(control.own).u32(control.theirs).finish();
    case "denial":
      writer.u8(DENIAL).u32(control.theirs).string(control.reason.slice(0, REASON_CHARS_MAX));
      return writer.finish();
    case "ping":
      return writer.u8(PING).u48(control.stamp).finish();
    case "echo":
      return writer.u8(ECHO).u48(control.stamp).finish();
  }
}

function encodeHello(writer: ByteWriter, { process, incarnation, groups }: Hello): Uint8Array {
  writer.u8(HELLO).u32(MAGIC).raw(Buffer.from(process, "hex")).u48(incarnation);
  writer.u32(groups.length);
  for (const identity of groups) writeIdentity(writer, identity);
  return writer.finish();
}

/** @throws `ERR_MALFORMED` */
export function decodeControl(bytes: Uint8Array): Control {
  const reader = new ByteReader(bytes, "control frame");
  const control = read(reader);
  reader.end();
  return control;
}

function read(reader: ByteReader): Control {
  const kind = reader.u8();
  switch (kind) {
    case PROBE:
      return { kind: "probe" };
    case HELLO:
      return { kind: "hello", hello: readHello(reader) };
    case REFUSAL:
      return { kind: "refusal", reason: reader.string().slice(0, REASON_CHARS_MAX) };
    case CHALLENGE:
      return { kind: "challenge" };
    case USE:
      return { kind: "use" };
    case DUPLICATE:
      return { kind: "duplicate" };
    case JOINED:
      return { kind: "joined", identity: readIdentity(reader) };
    case LEFT:
      return { kind: "left", channel: reader.u32() };
    case ADMISSION:
      return { kind: "admission", own: reader.u32(), theirs: reader.u32() };
    case DENIAL: {
      const theirs = reader.u32();
      return { kind: "denial", theirs, reason: reader.string().slice(0, REASON_CHARS_MAX) };
    }
    case PING:
      return { kind: "ping", stamp: reader.u48() };
    case ECHO:
      return { kind: "echo", stamp: reader.u48() };
    default:
      throw reader.malformed(`kind ${kind} is not known here`);
  }
}

function readHello(reader: ByteReader): Hello {
  const magic = reader.u32();
  if (magic >>> 8 !== MAGIC >>> 8) throw reader.malformed("not a Quorate member");
  if (magic !== MAGIC) {
    throw reader.malformed(
      `peer protocol ${magic & 0xff}, this member speaks ${MAGIC & 0xff}: run the same version everywhere`,
    );
  }
  const process = Buffer.from(reader.raw(PROCESS_BYTES)).toString("hex");
  const incarnation = reader.u48();
  const groups: GroupIdentity[] = [];
  for (let left = reader.count(12); left > 0; left--) groups.push(readIdentity(reader));
  const names = new Set(groups.map(({ group }) => group));
  if (names.size < groups.length) throw reader.malformed("a group is named twice");
  if (names.size > GROUPS_MAX) throw reader.malformed(`more than ${GROUPS_MAX} groups`);
  return { process, incarnation, groups };
}

function writeIdentity(writer: ByteWriter, { group, cluster, self }: GroupIdentity): void {
  writer.string(group).string(cluster).string(self);
}

function readIdentity(reader: ByteReader): GroupIdentity {
  return { group: reader.string(), cluster: reader.string(), self: reader.string() };
}
