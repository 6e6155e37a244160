import { expect, test } from "vitest";
import {
  Identities,
  SUPER,
  type AccessSettings,
} from "../../../src/zookeeper/server/identities.ts";
import { bytes } from "../requests.ts";

const SETTINGS: AccessSettings = { skipAcl: false, digestScheme: true, superDigest: null };
const X509 = { scheme: "x509", id: "CN=client" };
const ADDRESS = { scheme: "ip", id: "10.0.0.7" };

test("what came out of the handshake stands before the address", () => {
  const { identities, isSuper } = new Identities("10.0.0.7", SETTINGS, [X509]);
  expect(identities).toEqual([X509, ADDRESS]);
  expect(isSuper).toBe(false);
});

test("for who is super by its certificate no list holds", () => {
  const { identities, isSuper } = new Identities("10.0.0.7", SETTINGS, [SUPER, X509]);
  expect(identities).toEqual([SUPER, X509, ADDRESS]);
  expect(isSuper).toBe(true);
});

test("for anybody none holds with skipACL", () => {
  expect(new Identities("10.0.0.7", { ...SETTINGS, skipAcl: true }).isSuper).toBe(true);
});

test("nobody proves a user, not even the super one, when the digest scheme is switched off", () => {
  // ZooKeeper's own example: super with the password test.
  const superDigest = "super:D/InIHSb7yEEbrWz8b9l71RjZJU=";
  const off = new Identities("10.0.0.7", { ...SETTINGS, superDigest, digestScheme: false });
  expect(off.prove("digest", bytes("super:test"))).toBe(false);
  expect(off).toMatchObject({ isSuper: false, identities: [ADDRESS] });
  const on = new Identities("10.0.0.7", { ...SETTINGS, superDigest });
  expect(on.prove("digest", bytes("super:test"))).toBe(true);
  expect(on.isSuper).toBe(true);
});

test("a certificate is shown in a handshake and nowhere else", () => {
  const identities = new Identities("10.0.0.7", SETTINGS);
  expect(identities.prove("x509", bytes("CN=client"))).toBe(false);
  expect(identities.prove("super", bytes(""))).toBe(false);
  expect(identities.isSuper).toBe(false);
});
