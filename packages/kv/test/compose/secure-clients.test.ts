import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  startZooKeeperMember,
  type RunningMember,
  type TlsOptions,
  type ZooKeeperMemberOptions,
} from "../../src/index.ts";
import { JuteClient } from "../zookeeper/server/jute-client.ts";
import { certify, commonName } from "../zookeeper/tls/certificates.ts";

const authority = certify({ name: commonName("authority"), isAuthority: true });
const server = certify({ name: commonName("server"), issuer: authority });
const client = certify({ name: commonName("client"), issuer: authority });
const ANY_PORT = { host: "127.0.0.1", port: 0 };

let directory: string;
let member: RunningMember | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "quorate-secure-"));
  await writeFile(join(directory, "server.pem"), server.certificate + server.key);
  await writeFile(join(directory, "ca.pem"), authority.certificate);
});
afterEach(async () => {
  await member?.close();
  member = null;
  await rm(directory, { recursive: true });
});

/** A server alone, with a port for clients that speak TLS. */
async function start(
  options: Partial<ZooKeeperMemberOptions>,
  keyStore = "server.pem",
): Promise<RunningMember> {
  const store = (name: string): TlsOptions["keyStore"] => ({
    path: join(directory, name),
    kind: "pem",
    password: { from: "text", text: "" },
  });
  const tls: TlsOptions = {
    keyStore: store(keyStore),
    clients: { ask: "need", trustStore: store("ca.pem"), verifyAddress: false },
    oldest: "TLSv1.2",
    newest: "TLSv1.3",
    cipherSuites: null,
    reload: false,
  };
  member = await startZooKeeperMember({
    dataDir: join(directory, "data"),
    client: ANY_PORT,
    secureClient: { ...ANY_PORT, tls, superUser: null },
    fourLetterWords: ["*"],
    ...options,
  });
  await member.ready();
  return member;
}

function secured(address: string | undefined): JuteClient {
  return new JuteClient(
    connect({
      port: portOf(address),
      host: "127.0.0.1",
      ca: authority.certificate,
      cert: client.certificate,
      key: client.key,
      checkServerIdentity: () => undefined,
    }),
  );
}

function portOf(address: string | undefined): number {
  return Number(address?.split(":").at(-1));
}

test("a member serves clients with TLS and without, and tells both ports", async () => {
  const { clientAddresses } = await start({});
  const [plainPort, securePort] = clientAddresses.map(portOf);
  const jute = secured(clientAddresses[1]);
  jute.greet();
  expect((await jute.welcome()).timeoutMillis).toBe(10_000);
  jute.destroy();
  const asking = secured(clientAddresses[1]);
  asking.raw("conf");
  expect(await asking.text()).toContain(
    `clientPort=${plainPort}\nsecureClientPort=${securePort}\n`,
  );
});

test("or with TLS only", async () => {
  const { clientAddresses } = await start({ client: null });
  expect(clientAddresses).toHaveLength(1);
  const asking = secured(clientAddresses[0]);
  asking.raw("conf");
  expect(await asking.text()).toMatch(/^clientPort=-1\nsecureClientPort=[1-9]/);
});

test("both ports count as one for how many clients there may be", async () => {
  const { clientAddresses } = await start({ maxConnections: 1 });
  const plain = await JuteClient.connect(portOf(clientAddresses[0]));
  plain.greet();
  await plain.welcome();
  expect(await secured(clientAddresses[1]).next()).toBe(null);
  plain.destroy();
});

test("files that cannot be used are told before anything is written", async () => {
  await expect(start({}, "ca.pem")).rejects.toMatchObject({
    code: "ERR_CONFIGURATION",
    message: `ssl.keyStore: ${join(directory, "ca.pem")} cannot be used: it has no private key`,
  });
  expect(existsSync(join(directory, "data"))).toBe(false);
});
