/**
 * Three etcd members in this very process, and a gRPC client that speaks to them as it would to
 * etcd. Any client of etcd v3 can take its place.
 */
import { Client, credentials, status, type ServiceError } from "@grpc/grpc-js";
import { startMember, type RunningMember } from "@quorate/kv";
import { BYTES, encodePut, encodeRange, ProtoReader } from "@quorate/kv/etcd/codec";

const clientUrls = ["http://127.0.0.1:2379", "http://127.0.0.1:2380", "http://127.0.0.1:2381"];
const peerUrls = ["http://127.0.0.1:2479", "http://127.0.0.1:2480", "http://127.0.0.1:2481"];

function startOne(which: number): Promise<RunningMember> {
  return startMember({
    name: `m${which + 1}`,
    dataDir: `./m${which + 1}.quorate`,
    listenPeerUrls: peerUrls.slice(which, which + 1),
    listenClientUrls: clientUrls.slice(which, which + 1),
    advertiseClientUrls: clientUrls.slice(which, which + 1),
    initialCluster: peerUrls.map((url, i) => ({ name: `m${i + 1}`, peerUrls: [url] })),
    initialClusterToken: "example",
    heartbeatMillis: 50,
    electionMillis: 500,
    snapshotEntries: 10_000,
    log: { info: () => {}, warn: () => {}, error: console.error },
    onFatal: () => process.exit(1),
  });
}

/** One call of etcd's KV service; messages go as bytes, which the codec writes and reads. */
function call(endpoint: string, method: string, request: Uint8Array): Promise<Uint8Array> {
  const client = new Client(endpoint.replace("http://", ""), credentials.createInsecure());
  const asIs = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
  return new Promise<Uint8Array>((done, fail) =>
    client.makeUnaryRequest(`/etcdserverpb.KV/${method}`, asIs, asIs, request, (error, answer) =>
      answer === undefined ? fail(error) : done(answer),
    ),
  ).finally(() => client.close());
}

/** Asks again where a leader went away: nobody knows whether the write happened; this one may twice. */
async function put(endpoint: string, key: string, value: string, tries = 5): Promise<void> {
  const request = encodePut({ key: Buffer.from(key), value: Buffer.from(value) });
  await call(endpoint, "Put", request).catch((error: ServiceError) => {
    if (error.code !== status.UNAVAILABLE || tries === 1) throw error;
    return put(endpoint, key, value, tries - 1);
  });
}

/** The key's value: field 5 of the one key and value that is field 2 of the answer. */
async function get(endpoint: string, key: string): Promise<string> {
  const answer = await call(endpoint, "Range", encodeRange({ key: Buffer.from(key) }));
  return Buffer.from(field(field(answer, 2), 5)).toString();
}

function field(message: Uint8Array, wanted: number): Uint8Array {
  const reader = new ProtoReader(message);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === ((wanted << 3) | BYTES)) return reader.bytes();
    reader.skip(tag);
  }
  return new Uint8Array(0);
}

const members = await Promise.all([0, 1, 2].map(startOne));
await Promise.all(members.map((member) => member.ready()));
const [first = "", second = "", third = ""] = members.map((member) => member.clientAddresses[0]);

await put(first, "greeting", "hello, quorum");
console.log("the second member has", await get(second, "greeting"));

const leader = members.findIndex((member) => member.status().role === "leader");
await members[leader]?.close();
const [left = "", other = ""] = [first, second, third].filter((_, which) => which !== leader);
await put(left, "greeting", "hello again");
console.log("without the leader there is", await get(other, "greeting"));

await Promise.all(members.filter((_, which) => which !== leader).map((member) => member.close()));
// → the second member has hello, quorum
// → without the leader there is hello again
