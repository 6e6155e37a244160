import {
  ByteReader,
  ByteWriter,
  crc32c,
  QuorateError,
  utf8Length,
  type PinnedView,
  type SnapshotSink,
} from "@quorate/core";
import { PASSWORD_BYTES, type Acl, type AclEntry, type Stamp } from "../codec/index.ts";
import { SessionTable, type Session } from "../session/index.ts";
import { OPEN_ACL } from "../access/index.ts";
import {
  CONTAINER,
  DataTree,
  PERSISTENT,
  type NodeKind,
  type PinnedTree,
  type ZnodeState,
} from "../store/index.ts";
import { ZxidClock } from "./zxid-clock.ts";

/** Everything that the state machine holds; what a snapshot is made of and restored to. */
export interface State {
  readonly tree: DataTree;
  readonly sessions: SessionTable;
  readonly zxids: ZxidClock;
}

const FORMAT = 2;

/** A longer item is damage: no frame, and so no node, can be as large. */
const ITEM_BYTES_MAX = 64 * 1024 * 1024;

/** Fixed part of a node: length of the path 4, flags 1, stamps 3 * 14, versions 3 * 4. */
const NODE_BYTES = 59;

const HAS_DATA = 1;
const HAS_OWN_ACL = 2;
/** At most one of these: the node's kind. Behind the fixed part comes an ephemeral's or TTL node's. */
const IS_EPHEMERAL = 4;
const IS_CONTAINER = 8;
const IS_TTL = 16;

/**
 * Writes a state out in chunks: the head, the sessions, the nodes, each behind its length, and a
 * checksum of it all. The nodes come from a pinned tree; the sessions, which change with every
 * write and are few, are encoded at once.
 */
export class StateView implements PinnedView {
  readonly #nodes: PinnedTree;
  /** Head and sessions, as far as they are not read yet. */
  #front: Uint8Array;
  #crc = 0;
  #over = false;

  constructor({ tree, sessions, zxids }: State) {
    const digest = tree.digest;
    this.#nodes = tree.pin();
    const writer = new ByteWriter(128 + 64 * sessions.size);
    writeItem(writer, encodeHead(zxids, sessions.size, this.#nodes.count, digest));
    for (const session of sessions) writeItem(writer, encodeSession(session));
    this.#front = writer.finish();
  }

  read(bytesMax: number): Uint8Array | null {
    if (this.#over) return null;
    if (this.#front.length > 0) {
      const chunk = this.#front.subarray(0, bytesMax);
      this.#front = this.#front.subarray(chunk.length);
      this.#crc = crc32c(chunk, this.#crc);
      return chunk;
    }
    const writer = new ByteWriter(Math.min(bytesMax, 64 * 1024));
    while (writer.length < bytesMax) {
      const node = this.#nodes.next();
      if (node === null) {
        this.#over = true;
        break;
      }
      writeNode(writer, node.path, node.state);
    }
    this.#crc = crc32c(writer.finish(), this.#crc);
    return this.#over ? writer.u32(this.#crc).finish() : writer.finish();
  }

  release(): void {
    this.#over = true;
    this.#nodes.release();
  }
}

/** Takes a state in chunks of any size and hands it over when it is whole. */
export class StateSink implements SnapshotSink {
  readonly #adopt: (state: State) => void;
  /** Received and not yet read: less than one item. */
  #rest: Uint8Array = new Uint8Array(0);
  #crc = 0;
  #head: Head | null = null;
  readonly #sessions = new SessionTable();
  #tree: DataTree | null = null;

  constructor(adopt: (state: State) => void) {
    this.#adopt = adopt;
  }

  write(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    let at = 0;
    while (this.#wantsItem && bytes.length - at >= 4) {
      const size = new ByteReader(bytes.subarray(at), "snapshot").u32();
      if (size > ITEM_BYTES_MAX) throw damaged(`an item of ${size} bytes`);
      if (bytes.length - at - 4 < size) break;
      this.#take(new ByteReader(bytes.subarray(at + 4, at + 4 + size), "snapshot"));
      this.#crc = crc32c(bytes.subarray(at, at + 4 + size), this.#crc);
      at += 4 + size;
    }
    this.#rest = bytes.slice(at);
  }

  finish(): void {
    const head = this.#head;
    const tree = this.#tree;
    if (head === null || tree === null || this.#wantsItem || this.#rest.length !== 4) {
      throw damaged("it is not whole");
    }
    if (new ByteReader(this.#rest, "snapshot").u32() !== this.#crc) {
      throw damaged("its checksum is wrong");
    }
    if (tree.digest !== head.digest) throw damaged("its digest is not that of its nodes");
    this.#adopt({ tree, sessions: this.#sessions, zxids: head.zxids });
  }

  abort(): void {
    this.#rest = new Uint8Array(0);
    this.#tree = null;
  }

  get #wantsItem(): boolean {
    const head = this.#head;
    return head === null || this.#sessions.size + (this.#tree?.count ?? 0) < head.items;
  }

  #take(reader: ByteReader): void {
    if (this.#head === null) this.#head = decodeHead(reader);
    else if (this.#sessions.size < this.#head.sessions) this.#addSession(decodeSession(reader));
    else this.#addNode(reader.string(), decodeNode(reader));
    reader.end();
  }

  #addSession(session: Session): void {
    if (this.#sessions.find(session.id) !== null) throw damaged("a session comes twice");
    this.#sessions.add(session);
  }

  #addNode(path: string, state: ZnodeState): void {
    if (this.#tree === null) {
      if (path !== "/") throw damaged("it does not begin with the root");
      this.#tree = new DataTree(state);
    } else if (!this.#tree.add(path, state)) throw damaged(`${path} has no place in the tree`);
  }
}

interface Head {
  readonly zxids: ZxidClock;
  readonly sessions: number;
  /** Sessions and nodes together. */
  readonly items: number;
  readonly digest: string;
}

function encodeHead(zxids: ZxidClock, sessions: number, nodes: number, digest: string): ByteWriter {
  const { epoch, base, last } = zxids.state;
  const writer = new ByteWriter(64).u32(FORMAT).u48(epoch).u48(base);
  return writeLong(writer, last)
    .u32(sessions)
    .u32(sessions + nodes)
    .string(digest);
}

function decodeHead(reader: ByteReader): Head {
  if (reader.u32() !== FORMAT) throw damaged("its format is not known here");
  const epoch = reader.u48();
  const base = reader.u48();
  const zxids = new ZxidClock({ epoch, base, last: readLong(reader) });
  return { zxids, sessions: reader.u32(), items: reader.u32(), digest: reader.string() };
}

function encodeSession(session: Session): ByteWriter {
  const { id, password, timeoutMillis, attachment, sequence } = session;
  const writer = new ByteWriter(64).u8(id.sid).u48(id.birth).raw(password);
  return writer.u32(timeoutMillis).u48(attachment).u32(sequence);
}

function decodeSession(reader: ByteReader): Session {
  const id = { sid: reader.u8(), birth: reader.u48() };
  const password = reader.raw(PASSWORD_BYTES).slice();
  const timeoutMillis = reader.u32();
  return { id, password, timeoutMillis, attachment: reader.u48(), sequence: reader.u32() };
}

function writeNode(writer: ByteWriter, path: string, state: ZnodeState): void {
  const { data, kind } = state;
  const acl = state.acl === OPEN_ACL ? null : encodeAcl(state.acl);
  const variable = utf8Length(path) + (acl?.length ?? 0) + (data?.length ?? 0) + kindBytes(kind);
  writer.u32(NODE_BYTES + variable).string(path);
  writer.u8((data === null ? 0 : HAS_DATA) | (acl === null ? 0 : HAS_OWN_ACL) | kindFlag(kind));
  for (const { zxid, time } of [state.created, state.modified, state.childrenModified]) {
    writeLong(writer, zxid).u48(time);
  }
  writer.u32(state.version).u32(state.creations).u32(state.aversion);
  if (kind.kind === "ephemeral") writer.u8(kind.session.sid).u48(kind.session.birth);
  if (kind.kind === "ttl") writer.u48(kind.millis);
  if (acl !== null) writer.raw(acl);
  if (data !== null) writer.raw(data);
}

function decodeNode(reader: ByteReader): ZnodeState {
  const flags = reader.u8();
  const created = readStamp(reader, null);
  const modified = readStamp(reader, created);
  return {
    created,
    modified,
    childrenModified: readStamp(reader, created),
    version: reader.u32() | 0,
    creations: reader.u32() | 0,
    aversion: reader.u32() | 0,
    kind: readKind(reader, flags),
    acl: (flags & HAS_OWN_ACL) === 0 ? OPEN_ACL : decodeAcl(reader),
    data: (flags & HAS_DATA) === 0 ? null : reader.rest(),
  };
}

function kindFlag({ kind }: NodeKind): number {
  switch (kind) {
    case "persistent":
      return 0;
    case "ephemeral":
      return IS_EPHEMERAL;
    case "container":
      return IS_CONTAINER;
    case "ttl":
      return IS_TTL;
  }
}

function kindBytes({ kind }: NodeKind): number {
  if (kind === "ephemeral") return 7;
  return kind === "ttl" ? 6 : 0;
}

function readKind(reader: ByteReader, flags: number): NodeKind {
  if ((flags & IS_EPHEMERAL) !== 0) {
    return { kind: "ephemeral", session: { sid: reader.u8(), birth: reader.u48() } };
  }
  if ((flags & IS_TTL) !== 0) return { kind: "ttl", millis: reader.u48() };
  return (flags & IS_CONTAINER) === 0 ? PERSISTENT : CONTAINER;
}

/** Shares the other stamp if it is equal: most nodes have one for all they need. */
function readStamp(reader: ByteReader, other: Stamp | null): Stamp {
  const zxid = readLong(reader);
  const time = reader.u48();
  return other !== null && zxid === other.zxid && time === other.time ? other : { zxid, time };
}

function encodeAcl(acl: Acl): Uint8Array {
  const writer = new ByteWriter().u32(acl.length);
  for (const { permissions, scheme, id } of acl) writer.u32(permissions).string(scheme).string(id);
  return writer.finish();
}

function decodeAcl(reader: ByteReader): Acl {
  const acl: AclEntry[] = [];
  for (let more = reader.count(12); more > 0; more--) {
    acl.push({ permissions: reader.u32(), scheme: reader.string(), id: reader.string() });
  }
  return acl;
}

function writeItem(writer: ByteWriter, item: ByteWriter): void {
  writer.bytes(item.finish());
}

function writeLong(writer: ByteWriter, value: number): ByteWriter {
  return writer.u32(Math.floor(value / 0x1_0000_0000)).u32(value);
}

function readLong(reader: ByteReader): number {
  return reader.u32() * 0x1_0000_0000 + reader.u32();
}

function damaged(why: string): QuorateError {
  return new QuorateError("ERR_MALFORMED", `malformed snapshot of the tree: ${why}`);
}
