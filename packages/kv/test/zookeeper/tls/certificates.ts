import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";

/** A certificate with its key, both as they stand in files. */
export interface Certified {
  readonly der: Uint8Array;
  readonly certificate: string;
  readonly key: string;
  readonly name: Uint8Array;
  readonly privateKey: KeyObject;
}

export interface CertificateRequest {
  /** In DER; see {@link distinguishedName}. */
  readonly name: Uint8Array;
  /** Itself when left out. */
  readonly issuer?: Certified;
  /** Addresses that it names. */
  readonly addresses?: readonly string[];
  readonly isAuthority?: boolean;
}

/** One attribute: its type's number, its kind of string, its text. */
export type Attribute = readonly [oid: string, tag: number, text: string];

export const UTF8_STRING = 0x0c;
export const PRINTABLE_STRING = 0x13;

/** Tag, length, and what is in it. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const digits: number[] = [];
  for (let left = content.length; left > 0; left >>>= 8) digits.unshift(left & 0xff);
  return Buffer.concat([Buffer.of(tag, 0x80 | digits.length, ...digits), content]);
}

/** Each entry is one relative name, of one attribute or of several. */
export function distinguishedName(...names: readonly (readonly Attribute[])[]): Buffer {
  return der(
    0x30,
    ...names.map((attributes) =>
      der(0x31, ...attributes.map(([id, tag, text]) => der(0x30, oid(id), der(tag, utf8(text))))),
    ),
  );
}

/** The name that only has a common name. */
export function commonName(text: string): Buffer {
  return distinguishedName([["2.5.4.3", UTF8_STRING, text]]);
}

export function certify(request: CertificateRequest): Certified {
  const { name, issuer, addresses = [], isAuthority = false } = request;
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(0x30, oid("1.2.840.10045.4.3.2"));
  const extensions = [
    ...(isAuthority ? [extension("2.5.29.19", der(0x30, der(0x01, Buffer.of(0xff))))] : []),
    ...(addresses.length > 0 ? [extension("2.5.29.17", alternatives(addresses))] : []),
  ];
  const certified = der(
    0x30,
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(1)),
    algorithm,
    issuer?.name ?? name,
    der(0x30, der(0x17, utf8("200101000000Z")), der(0x17, utf8("491231235959Z"))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    ...(extensions.length > 0 ? [der(0xa3, der(0x30, ...extensions))] : []),
  );
  const signature = sign("sha256", certified, issuer?.privateKey ?? privateKey);
  const bytes = der(0x30, certified, algorithm, der(0x03, Buffer.of(0), signature));
  return {
    der: bytes,
    certificate: pem(bytes),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    name,
    privateKey,
  };
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...others] = text.split(".").map(Number);
  const arcs = [40 * first + second, ...others].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = arc; (left = Math.floor(left / 128)) > 0;) digits.unshift((left & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Buffer.from(arcs));
}

function extension(id: string, value: Uint8Array): Buffer {
  return der(0x30, oid(id), der(0x04, value));
}

function alternatives(addresses: readonly string[]): Buffer {
  return der(
    0x30,
    ...addresses.map((address) => der(0x87, Buffer.from(address.split(".").map(Number)))),
  );
}

function pem(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

function utf8(text: string): Buffer {
  return Buffer.from(text, "utf8");
}
