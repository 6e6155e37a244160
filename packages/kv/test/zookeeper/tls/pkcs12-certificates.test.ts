import { X509Certificate } from "node:crypto";
import { QuorateError } from "@quorate/core";
import { expect, test } from "vitest";
import { pkcs12Certificates } from "../../../src/zookeeper/tls/pkcs12-certificates.ts";
import { KEYTOOL_TRUST, OLD_TRUST, OPENSSL_TRUST, SERVER } from "./store-files.ts";

function subjects(file: Uint8Array): string[] {
  return pkcs12Certificates(file, "changeit").map((bytes) => new X509Certificate(bytes).subject);
}

test("the certificates of a trust store, by Java or by OpenSSL", () => {
  expect(subjects(KEYTOOL_TRUST)).toEqual(["CN=test authority", "CN=other authority"]);
  expect(subjects(OPENSSL_TRUST)).toEqual(["CN=test authority"]);
});

test("and those that go with a key, without the key", () => {
  expect(subjects(SERVER)).toEqual(["CN=test server", "CN=test authority"]);
});

test("a wrong password is told from a file that is encrypted too weakly", () => {
  expect(() => pkcs12Certificates(KEYTOOL_TRUST, "wrong")).toThrow(/^its password is wrong$/);
  expect(() => pkcs12Certificates(OLD_TRUST, "changeit")).toThrow(
    /not safe any more: make it anew/,
  );
});

test("whatever else is in the file, nothing but a refusal comes of it", () => {
  let refused = 0;
  // What is behind it is only compared or decrypted.
  for (let at = 0; at < 200; at++) {
    for (const value of [0x00, 0x05, 0x30, 0x80, 0xff]) {
      const mutated = Uint8Array.from(OPENSSL_TRUST);
      mutated[at] = value;
      try {
        pkcs12Certificates(mutated, "changeit");
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(QuorateError);
        expect(thrown).toMatchObject({ code: "ERR_MALFORMED" });
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(200);
});
