import { expect, test } from "vitest";
import { guessProtocol } from "../src/foreign-protocol.ts";

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");
const text = (line: string): Uint8Array => Buffer.from(line);

test.each([
  ["an HTTP request", text("GET /health HTTP/1.1\r\n\r\n")],
  ["an HTTP request", text("POST /raft HTTP/1.1\r\n\r\n")],
  ["an HTTP request", text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")],
  ["an HTTP answer", text("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ["an HTTP/2 server", hex("000012 04 00 00000000 0003 00000064")],
  ["a TLS handshake", hex("1603010200010001fc0303")],
  ["a four-letter word of ZooKeeper", text("ruok\n")],
  // A connect request: length, protocol version, last zxid, time-out, session.
  ["a ZooKeeper client", hex("0000002d 00000000 0000000000000000 00007530 0000000000000000")],
  // The election: protocol version -65536 or -65535, sid 2, then an address.
  ["the election of a Java ZooKeeper server", hex("ffffffffffff0000 0000000000000002 0000000e")],
  ["the election of a Java ZooKeeper server", hex("ffffffffffff0001 0000000000000002 0000000e")],
  // FOLLOWERINFO of epoch 5 with a LearnerInfo, and OBSERVERINFO as an old server writes it.
  [
    "a Java ZooKeeper server that looks for its leader",
    hex("0000000b 0000000500000000 00000014 0000000000000002 00010000"),
  ],
  [
    "a Java ZooKeeper server that looks for its leader",
    hex("00000010 0000000000000000 00000008 0000000000000002"),
  ],
  ["bytes that are no Quorate frame", hex("0000000b 0000000500000001 00000014")],
  ["bytes that are no Quorate frame", hex("00")],
  ["bytes that are no Quorate frame", text("GETTING")],
])("%s", (name, bytes) => {
  expect(guessProtocol(bytes).replace(/ \(.*/, "")).toBe(name);
});
