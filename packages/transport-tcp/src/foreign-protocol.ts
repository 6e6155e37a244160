/** Bytes by which {@link guessProtocol} tells protocols apart. */
export const GUESS_BYTES = 16;

/** Names a well-known protocol by its first bytes, for the operator who mixed up two ports. */
export function guessProtocol(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, GUESS_BYTES));
  const text = head.toString("latin1");
  if (/^(GET|POST|PUT|HEAD|DELETE|PRI|OPTIONS) /.test(text)) {
    return "an HTTP request (is this a client, or etcd?)";
  }
  if (text.startsWith("HTTP/")) return "an HTTP answer (is this a client port, or etcd?)";
  if (/^(ruok|stat|srvr|mntr|conf|cons|dump|envi|isro|wchs)/.test(text)) {
    return "a four-letter word of ZooKeeper (is this a monitor? ask the client port)";
  }
  if (head[0] === 0x16 && head[1] === 0x03) {
    return "a TLS handshake (TLS is not supported here yet)";
  }
  return guessFromNumbers(head) ?? "bytes that are no Quorate frame";
}

/** Protocols that begin with big-endian numbers. */
function guessFromNumbers(head: Buffer): string | null {
  if (head.length < 8) return null;
  const [first, second] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  // -65536 or -65535 as a long: the version of the election handshake.
  if (first === 0xffffffff && (second === 0xffff0000 || second === 0xffff0001)) {
    return "the election of a Java ZooKeeper server (it cannot be a member of this cluster)";
  }
  // A settings frame, by which an HTTP/2 server begins: length 3, type 4, no flags, stream 0.
  if (head[0] === 0 && head[3] === 4 && head[4] === 0 && head.readUInt32BE(4) === 0) {
    return "an HTTP/2 server (is this a client port?)";
  }
  if (head.length < GUESS_BYTES) return null;
  // FOLLOWERINFO or OBSERVERINFO: a type, a zxid whose counter is 0, the length of a LearnerInfo.
  const isLearner = first === 11 || first === 16;
  if (isLearner && head.readUInt32BE(8) === 0 && [8, 12, 20].includes(head.readUInt32BE(12))) {
    return "a Java ZooKeeper server that looks for its leader (it cannot be a member of this cluster)";
  }
  // A connect request: its length, protocol version 0, last zxid seen.
  if ((first === 44 || first === 45) && second === 0) {
    return "a ZooKeeper client (it wants the client port)";
  }
  return null;
}
