import { ByteReader, ByteWriter, type GroupIdentity } from "@quorate/core";

/** What members say on the control channel. */
export type Control =
  /** The first frame in each direction. */
  | {
      readonly kind: "hello";
      readonly incarnation: number;
      readonly groups: readonly GroupIdentity[];
    }
  /** Ends the connection: the other end should know why. */
  | { readonly kind: "refusal"; readonly reason: string }
  | { readonly kind: "probe" };

/** "QRT" and the version of the peer protocol; a change of format changes it. */
const MAGIC = 0x51525401;
const PROBE = 0;
const HELLO = 1;
const REFUSAL = 2;

export function encodeControl(control: Control): Uint8Array {
  const writer = new ByteWriter(64);
  switch (control.kind) {
    case "probe":
      return writer.u8(PROBE).finish();
    case "refusal":
      return writer.u8(REFUSAL).string(control.reason).finish();
    case "hello":
      writer.u8(HELLO).u32(MAGIC).u48(control.incarnation).u32(control.groups.length);
      for (const { group, cluster, self } of control.groups) {
        writer.string(group).string(cluster).string(self);
      }
      return writer.finish();
  }
}

/** @throws `ERR_MALFORMED` */
export function decodeControl(bytes: Uint8Array): Control {
  const reader = new ByteReader(bytes, "control frame");
  const kind = reader.u8();
  if (kind === PROBE) return { kind: "probe" };
  if (kind === REFUSAL) return { kind: "refusal", reason: reader.string() };
  if (kind !== HELLO) throw reader.malformed(`kind ${kind} is not known here`);
  const magic = reader.u32();
  if (magic >>> 8 !== MAGIC >>> 8) throw reader.malformed("not a Quorate member");
  if (magic !== MAGIC) {
    throw reader.malformed(`peer protocol ${magic & 0xff}, this member speaks ${MAGIC & 0xff}`);
  }
  const incarnation = reader.u48();
  const groups: GroupIdentity[] = [];
  for (let left = reader.count(12); left > 0; left--) {
    groups.push({ group: reader.string(), cluster: reader.string(), self: reader.string() });
  }
  return { kind: "hello", incarnation, groups };
}

/** Names a well-known protocol by its first bytes, for the operator who mixed up two ports. */
export function guessProtocol(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  if (/^(GET|POST|PUT|HEAD|PRI|OPTION)/.test(text))
    return "an HTTP request (is this a client, or etcd?)";
  if (bytes[0] === 0x16 && bytes[1] === 0x03)
    return "a TLS handshake (TLS is not supported here yet)";
  return "bytes that are no Quorate frame";
}
