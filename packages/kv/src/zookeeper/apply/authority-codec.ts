import { ByteReader, ByteWriter } from "@quorate/core";
import type { Identity } from "../access/index.ts";
import type { SessionId } from "../codec/index.ts";
import type { Authority } from "./prepare.ts";

const IS_SUPER = 1;
const EXTENDED_TYPES = 2;
const ENFORCE_QUOTA = 4;

/** What a request may do, as every member has to judge it; its session goes before. */
export function encodeAuthority(authority: Omit<Authority, "session">): Uint8Array {
  const { isSuper, extendedTypes, enforceQuota, identities } = authority;
  const writer = new ByteWriter(64);
  writer.u8(
    (isSuper ? IS_SUPER : 0) |
      (extendedTypes ? EXTENDED_TYPES : 0) |
      (enforceQuota ? ENFORCE_QUOTA : 0),
  );
  writer.u32(identities.length);
  for (const { scheme, id } of identities) writer.string(scheme).string(id);
  return writer.finish();
}

/** The identities, which few access lists ask for, are read when they are asked for. */
export class EncodedAuthority implements Authority {
  readonly session: SessionId;
  readonly #bytes: Uint8Array;
  #identities: readonly Identity[] | null = null;

  /** @param bytes - of {@link encodeAuthority}, at least one */
  constructor(session: SessionId, bytes: Uint8Array) {
    this.session = session;
    this.#bytes = bytes;
  }

  get isSuper(): boolean {
    return this.#has(IS_SUPER);
  }

  get extendedTypes(): boolean {
    return this.#has(EXTENDED_TYPES);
  }

  get enforceQuota(): boolean {
    return this.#has(ENFORCE_QUOTA);
  }

  /** @throws `ERR_MALFORMED` */
  get identities(): readonly Identity[] {
    this.#identities ??= this.#readIdentities();
    return this.#identities;
  }

  #has(flag: number): boolean {
    return ((this.#bytes[0] as number) & flag) !== 0;
  }

  #readIdentities(): readonly Identity[] {
    const reader = new ByteReader(this.#bytes.subarray(1), "authority");
    const identities: Identity[] = [];
    for (let more = reader.count(8); more > 0; more--) {
      identities.push({ scheme: reader.string(), id: reader.string() });
    }
    reader.end();
    return identities;
  }
}
