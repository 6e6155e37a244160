import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { QuorateError } from "@quorate/core";
import { contentOf, oidText, parseDer, parts, TAG, wholeNumber, type DerValue } from "./der.ts";

const OID = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  certificate: "1.2.840.113549.1.12.10.1.3",
  pbes2: "1.2.840.113549.1.5.13",
} as const;

/** OpenSSL's name, and the bytes of the key. */
const CIPHERS: Readonly<Record<string, readonly [string, number]>> = {
  "2.16.840.1.101.3.4.1.2": ["aes-128-cbc", 16],
  "2.16.840.1.101.3.4.1.22": ["aes-192-cbc", 24],
  "2.16.840.1.101.3.4.1.42": ["aes-256-cbc", 32],
};

/** By which a key is derived from a password. */
const DIGESTS: Readonly<Record<string, string>> = {
  "1.2.840.113549.2.7": "sha1",
  "1.2.840.113549.2.8": "sha224",
  "1.2.840.113549.2.9": "sha256",
  "1.2.840.113549.2.10": "sha384",
  "1.2.840.113549.2.11": "sha512",
};

/** Said of what OpenSSL does not decrypt any more. */
export const OLD_ENCRYPTION =
  "it is encrypted in a way that is not safe any more: make it anew with `keytool` of Java 17 or later, or with `openssl pkcs12`";

/** More would keep the member from starting for long. */
const ITERATIONS_MAX = 10_000_000;

/**
 * The certificates of a PKCS #12 file, in DER. OpenSSL gives out only those that go with a key, which
 * those in a trust store do not.
 *
 * @throws `ERR_MALFORMED`, also when the password is wrong
 */
export function pkcs12Certificates(file: Uint8Array, password: string): readonly Uint8Array[] {
  const [, content] = parts(parseDer(file), TAG.sequence);
  const safes = parts(parseDer(dataOf(content)), TAG.sequence);
  return safes.flatMap((safe) =>
    parts(parseDer(opened(safe, password)), TAG.sequence).flatMap(certificatesIn),
  );
}

function certificatesIn(bag: DerValue): Uint8Array[] {
  const [type, value] = parts(bag, TAG.sequence);
  if (oidText(type) !== OID.certificate) return [];
  const [holder] = parts(value, TAG.explicit0);
  const [, certificate] = parts(holder, TAG.sequence);
  const [octets] = parts(certificate, TAG.explicit0);
  return [contentOf(octets, TAG.octetString)];
}

function opened(safe: DerValue, password: string): Uint8Array {
  const [type, content] = parts(safe, TAG.sequence);
  if (oidText(type) !== OID.encryptedData) return dataOf(safe);
  const [encryptedData] = parts(content, TAG.explicit0);
  const [, encrypted] = parts(encryptedData, TAG.sequence);
  const [, algorithm, bytes] = parts(encrypted, TAG.sequence);
  return decrypted(algorithm, contentOf(bytes, TAG.implicit0), password);
}

function dataOf(contentInfo: DerValue | undefined): Uint8Array {
  const [type, content] = parts(contentInfo, TAG.sequence);
  const kind = oidText(type);
  if (kind !== OID.data) throw unreadable(`its content is of the kind ${kind}`);
  const [octets] = parts(content, TAG.explicit0);
  return contentOf(octets, TAG.octetString);
}

function decrypted(
  algorithm: DerValue | undefined,
  bytes: Uint8Array,
  password: string,
): Uint8Array {
  const [scheme, parameters] = parts(algorithm, TAG.sequence);
  if (oidText(scheme) !== OID.pbes2) {
    throw unreadable(OLD_ENCRYPTION);
  }
  const [derivation, encryption] = parts(parameters, TAG.sequence);
  const [cipherType, iv] = parts(encryption, TAG.sequence);
  const [cipher, keyBytes] = CIPHERS[oidText(cipherType)] ?? [];
  if (cipher === undefined || keyBytes === undefined) throw unreadable("its cipher is not known");
  const key = derived(derivation, password, keyBytes);
  const decipher = createDecipheriv(cipher, key, contentOf(iv, TAG.octetString));
  try {
    return Buffer.concat([decipher.update(bytes), decipher.final()]);
  } catch {
    throw unreadable("its password is wrong");
  }
}

function derived(derivation: DerValue | undefined, password: string, keyBytes: number): Buffer {
  const [, parameters] = parts(derivation, TAG.sequence);
  const [salt, iterations, ...optional] = parts(parameters, TAG.sequence);
  const rounds = wholeNumber(iterations);
  const prf = optional.find(({ tag }) => tag === TAG.sequence);
  const digest = prf === undefined ? "sha1" : DIGESTS[oidText(parts(prf, TAG.sequence)[0])];
  if (digest === undefined || rounds < 1 || rounds > ITERATIONS_MAX) {
    throw unreadable("its key is derived in a way that is not known");
  }
  return pbkdf2Sync(password, contentOf(salt, TAG.octetString), rounds, keyBytes, digest);
}

function unreadable(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", why);
}
