import type { TlsOptions } from "@quorate/kv";
import { describe, expect, test } from "vitest";
import type { ZooSettings } from "../../src/zookeeper/zoo-settings.ts";
import { judge, judgeLines } from "./zoo-files.ts";

const PORT = "secureClientPort=2281";
const KEY = "ssl.keyStore.location=/tls/server.pem";
const TRUST = "ssl.trustStore.location=/tls/ca.p12";

function settings(...lines: readonly string[]): ZooSettings {
  const { settings: found, problems, warnings } = judgeLines(lines);
  expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  if (found === null) throw new Error("no settings and no problem");
  return found;
}

function tls(...lines: readonly string[]): TlsOptions {
  const { secureClient } = settings(PORT, KEY, TRUST, ...lines).service;
  if (secureClient === null) throw new Error("no secure port");
  return secureClient.tls;
}

const NONE = { from: "text", text: "" };

describe("a secure port", () => {
  test("has ZooKeeper's defaults", () => {
    expect(settings(PORT, KEY, TRUST)).toMatchObject({ client: { host: "0.0.0.0", port: 2181 } });
    expect(settings(PORT, KEY, TRUST).service.secureClient).toEqual({
      host: "0.0.0.0",
      port: 2281,
      superUser: null,
      tls: {
        keyStore: { path: "/tls/server.pem", kind: "pem", password: NONE },
        clients: {
          ask: "need",
          trustStore: { path: "/tls/ca.p12", kind: "pkcs12", password: NONE },
          verifyAddress: false,
        },
        oldest: "TLSv1.2",
        newest: "TLSv1.3",
        cipherSuites: null,
        reload: false,
      },
    });
  });

  test("may be the only one", () => {
    const { settings: found, problems } = judge({
      text: `dataDir=/d\nsecureClientPortAddress=::1\n${[PORT, KEY, TRUST].join("\n")}`,
    });
    expect(problems).toEqual([]);
    expect(found?.client).toBe(null);
    expect(found?.service.secureClient).toMatchObject({ host: "::1", port: 2281 });
  });

  test("says who may do everything", () => {
    const { secureClient } = settings(
      PORT,
      KEY,
      TRUST,
      "X509AuthenticationProvider.superUser=CN=admin,O=Example",
    ).service;
    expect(secureClient?.superUser).toBe("CN=admin,O=Example");
  });
});

describe("clients", () => {
  test("are not asked, and need nobody to vouch for them", () => {
    const { secureClient } = settings(PORT, KEY, "ssl.clientAuth=NONE").service;
    expect(secureClient?.tls.clients).toEqual({ ask: "none" });
  });

  test("may show a certificate, which must name their address", () => {
    expect(tls("ssl.clientAuth=want", "ssl.clientHostnameVerification=true").clients).toMatchObject(
      { ask: "want", verifyAddress: true },
    );
    expect(
      tls("ssl.clientHostnameVerification=true", "ssl.hostnameVerification=false").clients,
    ).toMatchObject({ verifyAddress: false });
  });
});

test.each([
  [[], "TLSv1.2", "TLSv1.3"],
  [["ssl.protocol=TLSv1.2"], "TLSv1.2", "TLSv1.2"],
  [["ssl.protocol=TLSv1.2", "ssl.enabledProtocols=TLSv1.3"], "TLSv1.3", "TLSv1.3"],
  [["ssl.enabledProtocols=TLSv1.3, TLSv1.2"], "TLSv1.2", "TLSv1.3"],
])("versions of %j", (lines, oldest, newest) => {
  expect(tls(...lines)).toMatchObject({ oldest, newest });
});

test("suites are a list", () => {
  expect(tls("ssl.ciphersuites=TLS_A,TLS_B, TLS_C").cipherSuites).toEqual([
    "TLS_A",
    "TLS_B",
    "TLS_C",
  ]);
});

describe("a store", () => {
  test("is of the kind that its ending or its type says, the type first", () => {
    expect(tls("ssl.trustStore.type=pem").clients).toMatchObject({ trustStore: { kind: "pem" } });
    const { secureClient } = settings(
      PORT,
      TRUST,
      "ssl.keyStore.location=/tls/server",
      "ssl.keyStore.type=PKCS12",
    ).service;
    expect(secureClient?.tls.keyStore.kind).toBe("pkcs12");
  });

  test("has its password in the file, or in a file of its own, which counts", () => {
    expect(tls("ssl.keyStore.password=s3cret").keyStore.password).toEqual({
      from: "text",
      text: "s3cret",
    });
    expect(
      tls("ssl.trustStore.password=s3cret", "ssl.trustStore.passwordPath=/tls/pw").clients,
    ).toMatchObject({ trustStore: { password: { from: "file", path: "/tls/pw" } } });
  });
});

const CONVERT =
  "convert it with `keytool -importkeystore -srckeystore /tls/k.jks -srcstoretype JKS -destkeystore /tls/k.p12 -deststoretype PKCS12`";

test.each([
  [
    [PORT, TRUST],
    "zoo.cfg: ssl.keyStore.location is missing, which secureClientPort needs: name a PEM or PKCS12 file",
  ],
  [
    [PORT, KEY, "ssl.clientAuth=want"],
    "zoo.cfg: ssl.trustStore.location is missing: name the file of those who vouch for clients, or write ssl.clientAuth=none to ask clients for no certificate",
  ],
  [
    [PORT, TRUST, "ssl.keyStore.location=/tls/k.jks"],
    `zoo.cfg:5: ssl.keyStore.location: /tls/k.jks is a JKS file: ${CONVERT} and write ssl.keyStore.location=/tls/k.p12`,
  ],
  [
    [PORT, KEY, "ssl.trustStore.location=/tls/k.jks", "ssl.trustStore.type=JKS"],
    `zoo.cfg:5: ssl.trustStore.location: /tls/k.jks is a JKS file: ${CONVERT} and write ssl.trustStore.location=/tls/k.p12`,
  ],
  [
    [PORT, KEY, "ssl.trustStore.location=/tls/ca.crt"],
    "zoo.cfg:5: ssl.trustStore.location: the name of /tls/ca.crt does not tell its kind: write ssl.trustStore.type=PEM or PKCS12",
  ],
  [
    [PORT, KEY, TRUST, "ssl.enabledProtocols=TLSv1.1,TLSv1.2"],
    'zoo.cfg:6: ssl.enabledProtocols: "TLSv1.1,TLSv1.2" is not a list of TLSv1.2, TLSv1.3: older ones are not safe',
  ],
  [
    [PORT, KEY, TRUST, "ssl.clientAuth=maybe"],
    'zoo.cfg:6: ssl.clientAuth: "maybe" is not one of need, want, none',
  ],
  [
    ["secureClientPortAddress=::1"],
    "zoo.cfg:3: secureClientPortAddress needs a secureClientPort: write secureClientPort=2281",
  ],
])("refused: %j", (lines, problem) => {
  expect(judgeLines(lines).problems).toEqual([problem]);
});

test("a secure port that another service of this host has is found out", () => {
  const { problems } = judgeLines(
    [
      "secureClientPort=2181",
      KEY,
      TRUST,
      "initLimit=10",
      "syncLimit=5",
      "server.1=a:2888:3888",
      "server.2=b:2888:3888",
      "server.3=c:2888:3888",
    ],
    1,
  );
  expect(problems).toEqual([
    "zoo.cfg:8: the secure client port of server.1 is a:2181, as is the client port of server.1: choose another port",
  ]);
});
