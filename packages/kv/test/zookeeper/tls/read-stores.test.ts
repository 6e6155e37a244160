import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { StoreKind, TlsOptions } from "../../../src/zookeeper/tls/index.ts";
import { readStores, storePaths } from "../../../src/zookeeper/tls/read-stores.ts";
import { certify, commonName } from "./certificates.ts";
import { KEYTOOL_TRUST, OLD_TRUST, SERVER, SERVER_JKS } from "./store-files.ts";

const authority = certify({ name: commonName("authority"), isAuthority: true });
const server = certify({ name: commonName("server"), issuer: authority });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quorate-tls-"));
  write("server.pem", server.certificate + server.key);
  write("ca.pem", authority.certificate);
});
afterEach(() => rmSync(directory, { recursive: true }));

function write(name: string, bytes: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

function store(name: string, password = ""): TlsOptions["keyStore"] {
  const kind: StoreKind = name.endsWith(".pem") ? "pem" : "pkcs12";
  return { path: join(directory, name), kind, password: { from: "text", text: password } };
}

function options({
  keyStore = store("server.pem"),
  trustStore = store("ca.pem"),
  cipherSuites = null,
}: {
  keyStore?: TlsOptions["keyStore"];
  trustStore?: TlsOptions["keyStore"];
  cipherSuites?: readonly string[] | null;
} = {}): TlsOptions {
  return {
    keyStore,
    clients: { ask: "need", trustStore, verifyAddress: false },
    oldest: "TLSv1.2",
    newest: "TLSv1.3",
    cipherSuites,
    reload: false,
  };
}

describe("read are", () => {
  test("PEM files, the key beside the certificate", () => {
    const { ca, minVersion, maxVersion } = readStores(options());
    expect(ca).toEqual([authority.certificate.trimEnd()]);
    expect([minVersion, maxVersion]).toEqual(["TLSv1.2", "TLSv1.3"]);
  });

  test("PKCS12 files, of which a trust store needs no key", () => {
    write("server.p12", SERVER);
    write("ca.p12", KEYTOOL_TRUST);
    const found = readStores(
      options({
        keyStore: store("server.p12", "changeit"),
        trustStore: store("ca.p12", "changeit"),
      }),
    );
    expect(found.ca).toHaveLength(2);
    expect(found.pfx).toBeInstanceOf(Buffer);
  });

  test("an encrypted key, whose password is in a file of its own", () => {
    const cipher = "aes-256-cbc";
    const key = server.privateKey.export({
      type: "pkcs8",
      format: "pem",
      cipher,
      passphrase: "s3cret",
    });
    write("server.pem", `${key.toString()}${server.certificate}`);
    const path = write("password", "s3cret\n");
    const keyStore = { ...store("server.pem"), password: { from: "file", path } } as const;
    expect(readStores(options({ keyStore })).passphrase).toBe("s3cret");
    expect(storePaths(options({ keyStore }))).toEqual([
      join(directory, "server.pem"),
      path,
      join(directory, "ca.pem"),
    ]);
  });

  test("suites in Java's names", () => {
    const cipherSuites = ["TLS_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"];
    expect(readStores(options({ cipherSuites })).ciphers).toBe(
      "TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
    );
  });
});

describe("refused", () => {
  const refusal = (given: TlsOptions): string => {
    try {
      readStores(given);
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: "ERR_CONFIGURATION" });
      if (thrown instanceof Error) return thrown.message.replaceAll(`${directory}/`, "");
    }
    throw new Error("accepted");
  };

  test.each<[string, string | Uint8Array, string, RegExp]>([
    [
      "server.pem",
      server.certificate,
      "",
      /^ssl\.keyStore: server\.pem cannot be used: it has no private key$/,
    ],
    ["server.pem", server.key, "", /it has no certificate$/],
    ["server.pem", server.certificate + authority.key, "", /key values mismatch/],
    ["server.p12", SERVER, "wrong", /server\.p12 cannot be used: its password is wrong$/],
    [
      "server.p12",
      SERVER_JKS,
      "changeit",
      /it is a JKS file: make a PKCS12 one of it with `keytool -importkeystore`$/,
    ],
    ["server.p12", OLD_TRUST, "changeit", /it is encrypted in a way that is not safe any more/],
    ["server.p12", "nothing of the kind", "", /^ssl\.keyStore: server\.p12 cannot be used: /],
  ])("as a key store: %s", (name, bytes, password, message) => {
    write(name, bytes);
    expect(refusal(options({ keyStore: store(name, password) }))).toMatch(message);
  });

  test.each<[string, string | Uint8Array, string, RegExp]>([
    ["ca.pem", server.key, "", /^ssl\.trustStore: ca\.pem cannot be used: it has no certificate$/],
    [
      "ca.p12",
      KEYTOOL_TRUST,
      "wrong",
      /^ssl\.trustStore: ca\.p12 cannot be used: its password is wrong$/,
    ],
    ["ca.p12", OLD_TRUST, "changeit", /it is encrypted in a way that is not safe any more/],
    ["ca.p12", "nothing of the kind", "", /^ssl\.trustStore: ca\.p12 cannot be used: not in DER/],
  ])("as a trust store: %s", (name, bytes, password, message) => {
    write(name, bytes);
    expect(refusal(options({ trustStore: store(name, password) }))).toMatch(message);
  });

  test("an encrypted key without its password", () => {
    const key = server.privateKey.export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "s3cret",
    });
    write("server.pem", `${key.toString()}${server.certificate}`);
    for (const password of ["", "wrong"]) {
      const keyStore = store("server.pem", password);
      expect(refusal(options({ keyStore })), password).toMatch(/its password is wrong$/);
    }
  });

  test("a file that is not there, or larger than any", () => {
    expect(refusal(options({ keyStore: store("none.pem") }))).toMatch(
      /^ssl\.keyStore: none\.pem cannot be used: ENOENT/,
    );
    write("large.pem", new Uint8Array(4 * 1024 * 1024 + 1));
    expect(refusal(options({ trustStore: store("large.pem") }))).toMatch(/is larger than 4194304/);
  });

  test("a suite that nobody knows", () => {
    expect(refusal(options({ cipherSuites: ["TLS_RSA_WITH_RC4_128_SHA"] }))).toMatch(
      /^ssl\.ciphersuites: TLS_RSA_WITH_RC4_128_SHA is not known: /,
    );
  });
});
