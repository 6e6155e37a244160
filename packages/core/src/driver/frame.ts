import { ByteReader } from "../codec/byte-reader.ts";
import { ByteWriter } from "../codec/byte-writer.ts";
import { readPosition, writePosition } from "../codec/message-fields.ts";
import { decodeConfiguration, encodeConfiguration } from "../configuration.ts";
import type { SnapshotMeta } from "../snapshot.ts";

/**
 * What drivers of one group say to each other. The protocol's own messages are one kind; snapshot
 * chunks and questions between services are the driver's business and unknown to the protocol.
 */
export type Frame =
  | { readonly kind: "message"; readonly bytes: Uint8Array }
  /** Offers a snapshot, or asks how far it got; answered by `snapshotAck`. */
  | {
      readonly kind: "snapshotOffer";
      readonly transfer: number;
      readonly meta: SnapshotMeta;
      readonly size: number;
    }
  | {
      readonly kind: "snapshotChunk";
      readonly transfer: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
    }
  /** The receiver has everything before `offset`; `complete` once it lies sealed on its disk. */
  | {
      readonly kind: "snapshotAck";
      readonly transfer: number;
      readonly offset: number;
      readonly complete: boolean;
    }
  | { readonly kind: "ask"; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: "answer"; readonly id: number; readonly bytes: Uint8Array };

const MESSAGE = 0;
const SNAPSHOT_OFFER = 1;
const SNAPSHOT_CHUNK = 2;
const SNAPSHOT_ACK = 3;
const ASK = 4;
const ANSWER = 5;

const MESSAGE_HEAD = new Uint8Array([MESSAGE]);

/** Frames a protocol message without copying its parts. */
export function messageFrame(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  return [MESSAGE_HEAD, ...parts];
}

/** Encodes the driver's own frames. */
export function encodeFrame(frame: Exclude<Frame, { kind: "message" }>): readonly Uint8Array[] {
  const writer = new ByteWriter(32);
  switch (frame.kind) {
    case "snapshotOffer":
      writer.u8(SNAPSHOT_OFFER).u48(frame.transfer).u48(frame.size);
      writeSnapshotMeta(writer, frame.meta);
      return [writer.finish()];
    case "snapshotChunk":
      return [
        writer.u8(SNAPSHOT_CHUNK).u48(frame.transfer).u48(frame.offset).finish(),
        frame.bytes,
      ];
    case "snapshotAck":
      writer.u8(SNAPSHOT_ACK).u48(frame.transfer).u48(frame.offset).bool(frame.complete);
      return [writer.finish()];
    case "ask":
      return [writer.u8(ASK).u48(frame.id).finish(), frame.bytes];
    case "answer":
      return [writer.u8(ANSWER).u48(frame.id).finish(), frame.bytes];
  }
}

/** @throws `ERR_MALFORMED` */
export function decodeFrame(bytes: Uint8Array): Frame {
  const reader = new ByteReader(bytes, "frame");
  const kind = reader.u8();
  switch (kind) {
    case MESSAGE:
      return { kind: "message", bytes: reader.rest() };
    case SNAPSHOT_OFFER: {
      const transfer = reader.u48();
      const size = reader.u48();
      const meta = readSnapshotMeta(reader);
      reader.end();
      return { kind: "snapshotOffer", transfer, size, meta };
    }
    case SNAPSHOT_CHUNK:
      return {
        kind: "snapshotChunk",
        transfer: reader.u48(),
        offset: reader.u48(),
        bytes: reader.rest(),
      };
    case SNAPSHOT_ACK:
      return {
        kind: "snapshotAck",
        transfer: reader.u48(),
        offset: reader.u48(),
        complete: reader.bool(),
      };
    case ASK:
      return { kind: "ask", id: reader.u48(), bytes: reader.rest() };
    case ANSWER:
      return { kind: "answer", id: reader.u48(), bytes: reader.rest() };
    default:
      throw reader.malformed(`frame kind ${kind} is not known here`);
  }
}

/** Writes a snapshot's meta data, on the wire and at the head of its file alike. */
export function writeSnapshotMeta(writer: ByteWriter, meta: SnapshotMeta): void {
  writePosition(writer, meta.position).bytes(encodeConfiguration(meta.configuration));
}

/** @throws `ERR_MALFORMED` */
export function readSnapshotMeta(reader: ByteReader): SnapshotMeta {
  return { position: readPosition(reader), configuration: decodeConfiguration(reader.bytes()) };
}
