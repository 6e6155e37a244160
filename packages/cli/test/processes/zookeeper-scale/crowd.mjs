// Many ZooKeeper sessions of one process, which does no more than keep them alive and count. Plain
// JavaScript: it is started by itself, since one process may not open as many sockets as are wanted.
import { connect } from "node:net";
import process from "node:process";

const { endpoints, sessions, timeoutMillis } = JSON.parse(process.argv[2]);

/** So many ask for their session at the same time. */
const OPENING_MAX = 100;
const PING = frame(-2, 11);
const EXISTS = 3;

/** @type {Set<Member>} */
const members = new Set();
const counts = { open: 0, lost: 0, watches: 0, told: 0 };

/** One session on one connection. */
class Member {
  #rest = Buffer.alloc(0);
  #greeted = false;
  #onAnswer = () => {};

  constructor(endpoint) {
    this.socket = connect({ ...endpoint, noDelay: true });
    this.opened = new Promise((resolve, reject) => {
      this.#onAnswer = resolve;
      this.socket.once("error", reject);
      this.socket.once("close", () => reject(new Error("closed")));
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      if (!members.delete(this)) return;
      counts.open--;
      counts.lost++;
    });
    this.socket.on("data", (chunk) => this.#take(chunk));
    const hello = Buffer.alloc(45 + 4);
    hello.writeInt32BE(45, 0);
    hello.writeInt32BE(timeoutMillis, 16);
    hello.writeInt32BE(16, 28);
    this.socket.write(hello);
  }

  /** Leaves a watch at each of the paths, and waits for the answers. */
  watch(paths) {
    return new Promise((resolve) => {
      let left = paths.length;
      this.#onAnswer = () => {
        counts.watches++;
        if (--left === 0) resolve();
      };
      this.socket.write(Buffer.concat(paths.map((path, i) => frame(i + 1, EXISTS, path))));
    });
  }

  #take(chunk) {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
      const end = 4 + bytes.readInt32BE(0);
      const xid = bytes.readInt32BE(4);
      if (!this.#greeted) {
        this.#greeted = true;
        if (bytes.readInt32BE(8) > 0) this.#onAnswer();
        else this.socket.destroy();
      } else if (xid === -1) counts.told++;
      else if (xid > 0) this.#onAnswer();
      bytes = bytes.subarray(end);
    }
    this.#rest = Buffer.from(bytes);
  }
}

/** A request; the path, if there is one, with its watch flag. */
function frame(xid, opcode, path) {
  const text = path === undefined ? Buffer.alloc(0) : Buffer.from(path);
  const size = path === undefined ? 8 : 8 + 4 + text.length + 1;
  const bytes = Buffer.alloc(4 + size);
  bytes.writeInt32BE(size, 0);
  bytes.writeInt32BE(xid, 4);
  bytes.writeInt32BE(opcode, 8);
  if (path !== undefined) {
    bytes.writeInt32BE(text.length, 12);
    text.copy(bytes, 16);
    bytes[bytes.length - 1] = 1;
  }
  return bytes;
}

async function eachOf(items, most, work) {
  const left = items[Symbol.iterator]();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: most }, worker));
}

const COMMANDS = {
  async open() {
    const places = Array.from({ length: sessions }, (_, i) => endpoints[i % endpoints.length]);
    await eachOf(places, OPENING_MAX, async (endpoint) => {
      const member = new Member(endpoint);
      await member.opened;
      members.add(member);
      counts.open++;
    });
    // Each is heard of three times in its timeout, spread over it.
    let next = members.values();
    const turns = timeoutMillis / 3 / 50;
    setInterval(() => {
      for (let left = Math.ceil(members.size / turns); left > 0; left--) {
        const { value, done } = next.next();
        if (done) next = members.values();
        else value.socket.write(PING);
      }
    }, 50);
  },
  async watch({ paths }) {
    const each = Math.ceil(paths.length / members.size);
    const shares = [...members].map((member, i) => ({
      member,
      paths: paths.slice(i * each, (i + 1) * each),
    }));
    const busy = shares.filter((share) => share.paths.length > 0);
    await eachOf(busy, OPENING_MAX, (share) => share.member.watch(share.paths));
  },
  async counts() {},
};

process.on("message", (command) => {
  COMMANDS[command.kind](command).then(
    () => process.send({ counts }),
    (error) => process.send({ error: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
