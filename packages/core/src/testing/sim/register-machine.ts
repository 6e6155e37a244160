import { ByteReader } from "../../codec/byte-reader.ts";
import { ByteWriter } from "../../codec/byte-writer.ts";
import type { Entry } from "../../entry.ts";
import type { Index } from "../../ids.ts";
import type { PinnedView, SnapshotSink, StateMachine } from "../../ports/state-machine.ts";
import { entryDigest } from "../checkers/entry-digest.ts";

/** Sets a register to a value that no other command has. */
export interface RegisterCommand {
  readonly register: number;
  readonly value: number;
}

/** Called behind every command. */
export type RegisterObserver = (entry: Entry, command: RegisterCommand, digest: number) => void;

/** Encodes a command; `padding` bytes make it larger. */
export function encodeRegisterCommand(command: RegisterCommand, padding: number): Uint8Array {
  const writer = new ByteWriter(8 + padding);
  return writer.u32(command.register).u32(command.value).raw(new Uint8Array(padding)).finish();
}

/** Reads a command back; the padding says nothing. */
export function decodeRegisterCommand(data: Uint8Array): RegisterCommand {
  const reader = new ByteReader(data, "register command");
  return { register: reader.u32(), value: reader.u32() };
}

/** The state machine of simulations: numbered registers, and a digest of every command so far. */
export class RegisterMachine implements StateMachine<number> {
  #registers = new Map<number, number>();
  #digest = 0;
  #stands: Index = 0;
  readonly #observe: RegisterObserver;

  constructor(observe: RegisterObserver = () => {}) {
    this.#observe = observe;
  }

  /** Depends on every command applied since the beginning, and on their order. */
  get digest(): number {
    return this.#digest;
  }

  /** Index of the newest command applied. */
  get stands(): Index {
    return this.#stands;
  }

  read(register: number): number | null {
    return this.#registers.get(register) ?? null;
  }

  /** The result is the value written. */
  apply(entries: readonly Entry[], each: (entry: Entry, result: number) => void): void {
    for (const entry of entries) {
      const command = decodeRegisterCommand(entry.data);
      this.#registers.set(command.register, command.value);
      this.#digest = (Math.imul(this.#digest, 31) ^ entryDigest(entry)) >>> 0;
      this.#stands = entry.index;
      this.#observe(entry, command, this.#digest);
      each(entry, command.value);
    }
  }

  pin(): PinnedView {
    const writer = new ByteWriter().u32(this.#digest).u48(this.#stands).u32(this.#registers.size);
    for (const [register, value] of this.#registers) writer.u32(register).u32(value);
    const bytes = writer.finish();
    let offset = 0;
    return {
      read: (bytesMax) => {
        if (offset >= bytes.length) return null;
        const chunk = bytes.subarray(offset, offset + bytesMax);
        offset += chunk.length;
        return chunk;
      },
      release: () => {},
    };
  }

  restore(): SnapshotSink {
    const writer = new ByteWriter();
    return {
      write: (chunk) => void writer.raw(chunk),
      finish: () => this.#replace(new ByteReader(writer.finish(), "register snapshot")),
      abort: () => {},
    };
  }

  #replace(reader: ByteReader): void {
    const digest = reader.u32();
    const stands = reader.u48();
    const registers = new Map<number, number>();
    for (let left = reader.count(8); left > 0; left--) registers.set(reader.u32(), reader.u32());
    reader.end();
    this.#digest = digest;
    this.#stands = stands;
    this.#registers = registers;
  }
}
