import type { Prng } from "@quorate/core";

/** Changes some fields of some frames, each of which stays a frame. */
export function mutateFields(prng: Prng, frames: readonly Buffer[]): Buffer[] {
  const mutated: Buffer[] = frames.map((frame) => Buffer.from(frame));
  for (let left = prng.between(1, 4); left > 0; left--) {
    // Not the preface.
    const at = prng.between(1, mutated.length - 1);
    const frame = mutated[at];
    if (frame === undefined) break;
    switch (prng.below(7)) {
      case 0:
        frame.writeUInt8(prng.below(12), 3);
        break;
      case 1:
        frame.writeUInt8(frame.readUInt8(4) ^ (1 << prng.below(8)), 4);
        break;
      case 2:
        frame.writeUInt32BE(prng.pick([0, 1, 2, 3, 5, 9, 2 ** 31 - 1, 2 ** 32 - 1]), 5);
        break;
      case 3:
        mutated.splice(at, 1, resized(frame, prng.below(frame.length - 8)));
        break;
      case 4:
        mutated.splice(at, 1, resized(frame, frame.length - 9 + prng.below(20)));
        break;
      case 5:
        mutated.splice(at, 0, frame);
        break;
      default:
        mutated.splice(at, 1);
    }
  }
  return mutated;
}

/** The frame with its payload cut or filled up to so many bytes. */
function resized(frame: Buffer, length: number): Buffer {
  const changed = Buffer.alloc(9 + length);
  frame.copy(changed);
  changed.writeUIntBE(length, 0, 3);
  return changed;
}

/** Changes bytes anywhere, lengths of frames among them. */
export function mutateBytes(prng: Prng, bytes: Buffer): Buffer {
  let mutated: Buffer = Buffer.from(bytes);
  for (let left = prng.between(1, 6); left > 0; left--) {
    const at = prng.below(mutated.length);
    switch (prng.below(5)) {
      case 0:
        mutated[at] = prng.below(256);
        break;
      case 1:
        mutated[at] = (mutated[at] ?? 0) ^ (1 << prng.below(8));
        break;
      case 2:
        mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + prng.below(20))]);
        break;
      case 3: {
        const from = prng.below(mutated.length);
        const piece = mutated.subarray(from, from + prng.below(60));
        mutated = Buffer.concat([mutated.subarray(0, at), piece, mutated.subarray(at)]);
        break;
      }
      default:
        mutated = mutated.subarray(0, Math.max(at, 1));
    }
    if (mutated.length === 0) return Buffer.of(0);
  }
  return mutated;
}

/** The bytes in pieces, as a network might deliver them. */
export function cut(prng: Prng, bytes: Buffer): Buffer[] {
  const most = prng.pick([1, 10, 100, 5000, 70_000]);
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = prng.between(1, most);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  // A session in single bytes is cheap to get wrong and dear to run: a few are enough.
  return pieces.length <= 3000 ? pieces : [bytes];
}
