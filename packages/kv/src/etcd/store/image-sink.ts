import { ByteReader, crc32c, type SnapshotSink } from "@quorate/core";
import { Alarms, type Alarm } from "../alarm/alarms.ts";
import { decodeAlarm } from "../codec/alarm-requests.ts";
import { LeaseTable, type Lease, type LeaseClock } from "../lease/index.ts";
import {
  bytesBehindSizes,
  damaged,
  HEAD_BYTES,
  IMAGE_FORMAT,
  LEASE_BYTES,
  readChange,
  readLease,
  SIZES_BYTES,
} from "./image-format.ts";
import { MvccStore } from "./mvcc-store.ts";

/** What an image is restored to. */
export interface RestoredState {
  readonly store: MvccStore;
  readonly leases: LeaseTable;
  readonly alarms: Alarms;
  readonly members: readonly Uint8Array[];
}

/**
 * Takes an image in chunks of any size and hands it over when it is whole. The keyspace is built as
 * the chunks come, so that no call takes longer than its chunk is large.
 */
export class ImageSink implements SnapshotSink {
  readonly #adopt: (state: RestoredState) => void;
  /** Received and not yet read: less than one item, once items are read. */
  #rest: Uint8Array = new Uint8Array(0);
  /** Null before the head was read. */
  #store: MvccStore | null = null;
  #clock: LeaseClock = { millis: 0, term: 0, counted: 0 };
  #membersLeft = 0;
  #alarmsLeft = 0;
  #leasesLeft = 0;
  readonly #members: Uint8Array[] = [];
  readonly #alarms: Alarm[] = [];
  readonly #leases: Lease[] = [];
  /** Where the change read last stands. */
  #last = { mod: 0, sub: 0 };
  #ended = false;
  #crc = 0;

  constructor(adopt: (state: RestoredState) => void) {
    this.#adopt = adopt;
  }

  write(chunk: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + chunk.length);
    bytes.set(this.#rest);
    bytes.set(chunk, this.#rest.length);
    const reader = new ByteReader(bytes, "snapshot");
    let taken = 0;
    while (this.#take(reader)) taken = reader.offset;
    this.#crc = crc32c(bytes.subarray(0, taken), this.#crc);
    this.#rest = bytes.slice(taken);
  }

  finish(): void {
    const store = this.#store;
    if (store === null || !this.#ended || this.#rest.length !== 4) throw damaged("it is not whole");
    if (new ByteReader(this.#rest, "snapshot").u32() !== this.#crc) {
      throw damaged("its checksum is wrong");
    }
    this.#adopt({
      store,
      leases: new LeaseTable({ clock: this.#clock, leases: this.#leases }),
      alarms: new Alarms(this.#alarms),
      members: this.#members,
    });
  }

  abort(): void {
    this.#rest = new Uint8Array(0);
    this.#store = null;
  }

  /** Reads the next item; false when it is not all there, or was the last. */
  #take(reader: ByteReader): boolean {
    if (this.#store === null) return this.#takeHead(reader);
    if (this.#membersLeft > 0) return this.#takeMember(reader);
    if (this.#alarmsLeft > 0) return this.#takeAlarm(reader);
    if (this.#leasesLeft > 0) return this.#takeLease(reader);
    return !this.#ended && this.#takeChange(reader, this.#store);
  }

  #takeHead(reader: ByteReader): boolean {
    if (reader.remaining < HEAD_BYTES) return false;
    const format = reader.u32();
    if (format !== IMAGE_FORMAT) {
      throw damaged(`it has format ${format}, and this version reads ${IMAGE_FORMAT}`);
    }
    this.#store = new MvccStore(reader.u48(), reader.u48());
    this.#clock = { millis: reader.u48(), term: reader.u48(), counted: reader.u48() };
    this.#membersLeft = reader.u32();
    this.#alarmsLeft = reader.u32();
    this.#leasesLeft = reader.u32();
    return true;
  }

  #takeMember(reader: ByteReader): boolean {
    const member = takeSized(reader);
    if (member === null) return false;
    this.#members.push(member.slice());
    this.#membersLeft--;
    return true;
  }

  #takeAlarm(reader: ByteReader): boolean {
    const bytes = takeSized(reader);
    if (bytes === null) return false;
    const { member, alarm: kind } = decodeAlarm(bytes);
    if (kind === null) throw damaged("an alarm is of no kind that is known");
    this.#alarms.push({ member, kind });
    this.#alarmsLeft--;
    return true;
  }

  #takeLease(reader: ByteReader): boolean {
    if (reader.remaining < LEASE_BYTES) return false;
    this.#leases.push(readLease(reader));
    this.#leasesLeft--;
    return true;
  }

  #takeChange(reader: ByteReader, store: MvccStore): boolean {
    if (reader.remaining < 4) return false;
    const keySize = reader.u32();
    if (keySize === 0) {
      this.#ended = true;
      return true;
    }
    if (reader.remaining < SIZES_BYTES - 4) return false;
    const valueSize = reader.u32();
    if (reader.remaining < bytesBehindSizes(keySize, valueSize)) return false;
    const change = readChange(reader, keySize, valueSize);
    const { mod, sub } = change;
    const follows = mod > this.#last.mod || (mod === this.#last.mod && sub > this.#last.sub);
    if (!follows || mod > store.revision) throw damaged("its changes are out of order");
    this.#last = { mod, sub };
    store.load(change);
    return true;
  }
}

/** Bytes behind their size, as a view; null when they are not all there. */
function takeSized(reader: ByteReader): Uint8Array | null {
  if (reader.remaining < 4) return null;
  const size = reader.u32();
  return reader.remaining < size ? null : reader.raw(size);
}
