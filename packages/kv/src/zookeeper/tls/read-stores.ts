import { readFileSync, statSync } from "node:fs";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { QuorateError } from "@quorate/core";
import { openSslName } from "./cipher-suites.ts";
import { OLD_ENCRYPTION, pkcs12Certificates } from "./pkcs12-certificates.ts";
import type { Password, StoreFile, TlsOptions } from "./tls-options.ts";

/** Certificates of a whole company fit into a part of it. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;
const JKS_MAGIC = 0xfeed_feed;

/**
 * Reads the files that TLS is spoken with.
 *
 * @throws `ERR_CONFIGURATION` naming the file and what is wrong with it
 */
export function readStores(options: TlsOptions): SecureContextOptions {
  const { keyStore, clients, cipherSuites } = options;
  const context: SecureContextOptions = {
    ...ownCertificate(keyStore),
    ...(clients.ask === "none" ? {} : { ca: trusted(clients.trustStore) }),
    ...(cipherSuites === null ? {} : { ciphers: cipherSuites.map(knownSuite).join(":") }),
    minVersion: options.oldest,
    maxVersion: options.newest,
  };
  told(keyStore, "ssl.keyStore", () => createSecureContext(context));
  return context;
}

/** Every file that is read. */
export function storePaths({ keyStore, clients }: TlsOptions): readonly string[] {
  const stores = clients.ask === "none" ? [keyStore] : [keyStore, clients.trustStore];
  return stores.flatMap(({ path, password }) =>
    password.from === "file" ? [path, password.path] : [path],
  );
}

function ownCertificate(store: StoreFile): SecureContextOptions {
  return told(store, "ssl.keyStore", () => {
    const bytes = readFile(store.path);
    const passphrase = passwordOf(store.password);
    if (store.kind === "pkcs12") return { pfx: bytes, passphrase };
    const text = bytes.toString("latin1");
    if (!/-BEGIN [A-Z ]*PRIVATE KEY-/.test(text)) throw new Error("it has no private key");
    if (certificatesIn(text).length === 0) throw new Error("it has no certificate");
    return { key: text, cert: text, passphrase };
  });
}

function trusted(store: StoreFile): string[] {
  return told(store, "ssl.trustStore", () => {
    const bytes = readFile(store.path);
    const certificates =
      store.kind === "pem"
        ? certificatesIn(bytes.toString("latin1"))
        : pkcs12Certificates(bytes, passwordOf(store.password)).map(pem);
    if (certificates.length === 0) throw new Error("it has no certificate");
    return [...certificates];
  });
}

function certificatesIn(text: string): readonly string[] {
  return (
    text.match(/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]+-----END \1CERTIFICATE-----/g) ??
    []
  );
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----"].join("\n");
}

function passwordOf(password: Password): string {
  if (password.from === "text") return password.text;
  return readFile(password.path)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

function readFile(path: string): Buffer {
  if (statSync(path).size > FILE_BYTES_MAX) {
    throw new Error(`${path} is larger than ${FILE_BYTES_MAX} bytes`);
  }
  const bytes = readFileSync(path);
  if (bytes.length >= 4 && bytes.readUInt32BE() === JKS_MAGIC) {
    throw new Error("it is a JKS file: make a PKCS12 one of it with `keytool -importkeystore`");
  }
  return bytes;
}

function knownSuite(suite: string): string {
  const name = openSslName(suite);
  if (name !== null) return name;
  const remedy = "`node -p tls.getCiphers()` lists those that there are";
  throw new QuorateError("ERR_CONFIGURATION", `ssl.ciphersuites: ${suite} is not known: ${remedy}`);
}

function told<Value>({ path }: StoreFile, setting: string, read: () => Value): Value {
  try {
    return read();
  } catch (thrown) {
    const text = `${setting}: ${path} cannot be used: ${reasonOf(thrown)}`;
    throw new QuorateError("ERR_CONFIGURATION", text, { cause: thrown });
  }
}

/** OpenSSL's words say where it was rather than what is to be done. */
function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  if (/mac verify failure|bad decrypt|bad password|empty password/i.test(text)) {
    return "its password is wrong";
  }
  if (/unsupported/i.test(text)) return OLD_ENCRYPTION;
  return text;
}
