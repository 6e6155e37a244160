import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JuteReader, OPCODE } from "../../../src/zookeeper/codec/index.ts";
import { TlsHandshakes, type TlsOptions } from "../../../src/zookeeper/tls/index.ts";
import { frame } from "../requests.ts";
import { JuteClient, until } from "../server/jute-client.ts";
import { ServerUnderTest } from "../server/server-under-test.ts";
import { certify, commonName, type Certified } from "./certificates.ts";

const authority = certify({ name: commonName("authority"), isAuthority: true });
const stranger = certify({ name: commonName("authority"), isAuthority: true });
const server = certify({ name: commonName("server"), issuer: authority });
const client = certify({ name: commonName("client"), issuer: authority });
const impostor = certify({ name: commonName("client"), issuer: stranger });

let directory: string;
let under: ServerUnderTest;
let handshakes: TlsHandshakes;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quorate-tls-"));
  write("server.pem", server.certificate + server.key);
  write("ca.pem", authority.certificate);
});
afterEach(async () => {
  handshakes.close();
  await under.close();
  rmSync(directory, { recursive: true });
});

/** At once, as tools that renew certificates do. */
function write(name: string, text: string): void {
  writeFileSync(join(directory, `${name}.new`), text);
  renameSync(join(directory, `${name}.new`), join(directory, name));
}

interface Wanted {
  readonly tls?: Partial<TlsOptions>;
  readonly ask?: "need" | "want" | "none";
  readonly verifyAddress?: boolean;
  readonly superUser?: string;
  readonly handshakeMillis?: number;
  readonly connectionsPerAddress?: number;
}

async function serve(wanted: Wanted = {}): Promise<void> {
  const { ask = "need", verifyAddress = false, connectionsPerAddress = 60 } = wanted;
  const password = { from: "text", text: "" } as const;
  const store = (name: string): TlsOptions["keyStore"] => {
    return { path: join(directory, name), kind: "pem", password };
  };
  const report = (fields: Readonly<Record<string, unknown>>, text: string): void =>
    void under.reports.push({ ...fields, text });
  handshakes = new TlsHandshakes({
    tls: {
      keyStore: store("server.pem"),
      clients: ask === "none" ? { ask } : { ask, trustStore: store("ca.pem"), verifyAddress },
      oldest: "TLSv1.2",
      newest: "TLSv1.3",
      cipherSuites: null,
      reload: false,
      ...wanted.tls,
    },
    superUser: wanted.superUser ?? null,
    report: { info: report, warn: report },
    handshakeMillis: wanted.handshakeMillis ?? 10_000,
    reloadMillis: 10,
  });
  under = await ServerUnderTest.start({
    listen: [{ host: "127.0.0.1", port: 0, handshakes }],
    limits: { connectionsPerAddress },
  });
}

function port(): number {
  return under.server.addresses[0]?.port ?? 0;
}

function secured(who: Certified | null, options: ConnectionOptions = {}): TLSSocket {
  return connect({
    port: port(),
    host: "127.0.0.1",
    ca: authority.certificate,
    checkServerIdentity: () => undefined,
    ...(who === null ? {} : { cert: who.certificate, key: who.key }),
    ...options,
  });
}

/** A client with a session. */
async function open(who: Certified | null, options?: ConnectionOptions): Promise<JuteClient> {
  const jute = new JuteClient(secured(who, options));
  jute.greet();
  await under.proposed(1);
  under.commit();
  await jute.welcome();
  return jute;
}

/** The schemes and names that `whoAmI` tells. */
async function whoIs(jute: JuteClient): Promise<string> {
  jute.send(frame(1, OPCODE.whoAmI));
  const reader = new JuteReader((await jute.reply()).body);
  const identities = Array.from({ length: reader.int() }, () => [reader.text(), reader.text()]);
  return identities.flat().join(" ");
}

async function closed(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  socket.resume();
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
}

/** Waits until the server has turned the client away, and returns why. */
async function turnedAway(socket: TLSSocket): Promise<unknown> {
  await closed(socket);
  await until(() => under.reasons.length > 0);
  return under.reasons[0];
}

describe("a client that shows a certificate", () => {
  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "is known by its subject, over %s",
    async (version) => {
      await serve();
      const jute = await open(client, { minVersion: version, maxVersion: version });
      expect(await whoIs(jute)).toBe("x509 CN=client ip 127.0.0.1");
    },
  );

  test("may be asked for it and have none", async () => {
    await serve({ ask: "want" });
    expect(await whoIs(await open(null))).toBe("ip 127.0.0.1");
    expect(await whoIs(await open(client))).toBe("x509 CN=client ip 127.0.0.1");
  });

  test("is nobody when nobody asks for it", async () => {
    await serve({ ask: "none" });
    expect(await whoIs(await open(client))).toBe("ip 127.0.0.1");
  });

  test("may be the one for whom access lists do not hold", async () => {
    await serve({ superUser: "CN=client" });
    expect(await whoIs(await open(client))).toBe("super  x509 CN=client ip 127.0.0.1");
  });

  test("is trusted when it is in the trust store itself, and vouches for itself", async () => {
    const own = certify({ name: commonName("own") });
    write("ca.pem", authority.certificate + own.certificate);
    await serve();
    expect(await whoIs(await open(own))).toBe("x509 CN=own ip 127.0.0.1");
  });

  test("is served as on any other port", async () => {
    await serve();
    const jute = new JuteClient(secured(client));
    jute.raw("srvr");
    expect(await jute.text()).toMatch(/^Zookeeper version: /);
  });
});

describe("turned away is", () => {
  test("who has none, where one is needed", async () => {
    await serve();
    expect(await turnedAway(secured(null))).toBe("peer did not return a certificate");
  });

  test.each(["need", "want"] as const)(
    "who has one of somebody that is not trusted (%s)",
    async (ask) => {
      await serve({ ask });
      expect(await turnedAway(secured(impostor))).toMatch(/signature|certificate/);
      expect(under.log.proposed).toEqual([]);
    },
  );

  test("who comes from another address than the certificate names, if that is asked for", async () => {
    await serve({ verifyAddress: true });
    const away = certify({
      name: commonName("client"),
      issuer: authority,
      addresses: ["10.0.0.7"],
    });
    expect(await turnedAway(secured(away))).toBe(
      "its certificate does not name 127.0.0.1 (ssl.clientHostnameVerification)",
    );
    const here = certify({
      name: commonName("client"),
      issuer: authority,
      addresses: ["10.0.0.7", "127.0.0.1"],
    });
    expect(await whoIs(await open(here))).toBe("x509 CN=client ip 127.0.0.1");
  });

  test("who has no name, or one that is longer than any", async () => {
    await serve();
    const nobody = certify({ name: Buffer.of(0x30, 0), issuer: authority });
    expect(await turnedAway(secured(nobody))).toBe("its certificate's subject has 0 characters");
    under.reports.length = 0;
    const verbose = certify({ name: commonName("x".repeat(1022)), issuer: authority });
    expect(await turnedAway(secured(verbose))).toBe(
      "its certificate's subject has 1025 characters",
    );
  });

  test("who speaks no TLS", async () => {
    await serve();
    const socket = connectPlain({ port: port(), host: "127.0.0.1" });
    socket.write("srvr, please");
    await closed(socket);
    expect(under.reasons).toEqual(["wrong version number"]);
  });

  test("who speaks an older version than is allowed", async () => {
    await serve({ tls: { oldest: "TLSv1.3" } });
    const old = secured(client, { maxVersion: "TLSv1.2" });
    expect(await turnedAway(old)).toBe("unsupported protocol");
  });

  test("who does not come to an end with it", async () => {
    await serve({ handshakeMillis: 20 });
    const socket = connectPlain({ port: port(), host: "127.0.0.1" });
    await closed(socket);
    expect(under.reasons).toEqual(["TLS handshake timeout"]);
  });
});

test("clients count from their first byte on, and no longer than they are there", async () => {
  await serve({ connectionsPerAddress: 2 });
  const waiting = connectPlain({ port: port(), host: "127.0.0.1" });
  waiting.on("error", () => {});
  await once(waiting, "connect");
  const failed = secured(impostor);
  await turnedAway(failed);
  const jute = await open(client);
  await closed(secured(client));
  expect(under.reports.at(-1)).toMatchObject({ most: 2, address: "127.0.0.1" });
  waiting.destroy();
  jute.destroy();
  await jute.closed();
  await until(() => under.reports.length > 0);
  for (let left = 0; left < 20; left++) await new Promise((resolve) => setImmediate(resolve));
  await open(client);
});

test("a server that closes waits for no handshake", async () => {
  await serve();
  const waiting = connectPlain({ port: port(), host: "127.0.0.1" });
  const over = closed(waiting);
  await once(waiting, "connect");
  const jute = await open(client); // by then the other one has been let in, too
  await under.server.close();
  await over;
  await jute.closed();
});

test("a handshake is neither repeated nor cut short", async () => {
  await serve();
  const first = secured(client, { maxVersion: "TLSv1.2" });
  await once(first, "secureConnect");
  expect(first.getTLSTicket()).toBe(undefined);
  const session = first.getSession();
  first.renegotiate({}, () => {});
  const [error] = await once(first, "error");
  expect(error).toMatchObject({ message: expect.stringMatching(/no renegotiation/) });
  const again = secured(client, { maxVersion: "TLSv1.2", ...(session ? { session } : {}) });
  await once(again, "secureConnect");
  expect(again.isSessionReused()).toBe(false);
  again.destroy();
});

describe("files that change", () => {
  const certificateOf = async (): Promise<string | undefined> => {
    const socket = secured(client);
    await once(socket, "secureConnect");
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const told = (text: string): Promise<void> =>
    until(() => under.reports.some((report) => report.text === text));

  test("are read again if that is wished for", async () => {
    await serve({ tls: { reload: true } });
    const jute = await open(client);
    const before = await certificateOf();
    const renewed = certify({ name: commonName("server"), issuer: authority });
    write("server.pem", renewed.certificate + renewed.key);
    await told("read the certificates again");
    expect(await certificateOf()).not.toBe(before);
    expect(await whoIs(jute)).toBe("x509 CN=client ip 127.0.0.1");
  });

  test("and who is not trusted any more is turned away", async () => {
    await serve({ tls: { reload: true } });
    await certificateOf();
    write("ca.pem", stranger.certificate);
    await told("read the certificates again");
    under.reports.length = 0;
    await turnedAway(secured(client));
    expect(await whoIs(await open(impostor))).toBe("x509 CN=client ip 127.0.0.1");
  });

  test("but not when they cannot be used", async () => {
    await serve({ tls: { reload: true } });
    const before = await certificateOf();
    write("server.pem", "half a file");
    await told("the certificates changed and cannot be used: the old ones stay in use");
    expect(await certificateOf()).toBe(before);
  });
});
