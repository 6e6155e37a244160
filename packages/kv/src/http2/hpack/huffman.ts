import { ConnectionError, ERROR } from "../protocol.ts";

/**
 * Code lengths by symbol (RFC 7541 appendix B); 256 is the end of the string. The code is canonical:
 * codes of one length follow each other in the order of their symbols, so lengths are enough.
 */
// prettier-ignore
const LENGTHS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
  28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
  6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
  5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
  7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
  15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
  6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
  20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
  24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
  22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
  21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
  26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
  20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
  26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
  30,
];

const END_OF_STRING = 256;

/** A step that met the end-of-string symbol. */
const FORBIDDEN = 0xffff;

/**
 * A machine that eats four bits at a step; its states are the inner nodes of the code tree, and
 * codes have at least five bits, so that a step yields one symbol at most.
 */
interface Machine {
  /** By `state * 16 + nibble`. */
  readonly next: Uint16Array;
  /** The symbol that the step yields, or -1. */
  readonly symbol: Int16Array;
  /** Whether the input may end in this state: at most seven bits of padding, all ones. */
  readonly final: Uint8Array;
}

/** Children of inner nodes at `node * 2 + bit`: another inner node, or `-1 - symbol`. */
function buildTree(): number[] {
  const order = LENGTHS.map((_, symbol) => symbol).sort(
    (a, b) => (LENGTHS[a] as number) - (LENGTHS[b] as number) || a - b,
  );
  const children = [0, 0];
  let code = 0;
  let length = 0;
  for (const symbol of order) {
    code <<= (LENGTHS[symbol] as number) - length;
    length = LENGTHS[symbol] as number;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const edge = node * 2 + ((code >>> bit) & 1);
      if (children[edge] === 0) {
        children[edge] = children.length / 2;
        children.push(0, 0);
      }
      node = children[edge] as number;
    }
    children[node * 2 + (code & 1)] = -1 - symbol;
    code++;
  }
  return children;
}

function buildMachine(): Machine {
  const children = buildTree();
  const states = children.length / 2;
  const next = new Uint16Array(states * 16);
  const symbol = new Int16Array(states * 16).fill(-1);
  for (let state = 0; state < states; state++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      const step = state * 16 + nibble;
      let node = state;
      for (let bit = 3; bit >= 0; bit--) {
        const child = children[node * 2 + ((nibble >>> bit) & 1)] as number;
        if (child === -1 - END_OF_STRING) {
          node = FORBIDDEN;
          break;
        }
        if (child < 0) symbol[step] = -1 - child;
        node = child < 0 ? 0 : child;
      }
      next[step] = node;
    }
  }
  const final = new Uint8Array(states);
  for (let node = 0, ones = 0; ones < 8; ones++) {
    final[node] = 1;
    node = children[node * 2 + 1] as number;
  }
  return { next, symbol, final };
}

const MACHINE = buildMachine();

let scratch = Buffer.allocUnsafeSlow(256);

/** Decodes a Huffman-coded string, byte for character. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string {
  const { next, symbol, final } = MACHINE;
  // The shortest code has five bits.
  const most = Math.ceil(((end - start) * 8) / 5);
  if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(most);
  let state = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    for (let shift = 4; shift >= 0; shift -= 4) {
      const step = state * 16 + ((byte >>> shift) & 15);
      state = next[step] as number;
      if (state === FORBIDDEN) throw malformed("end-of-string symbol");
      const found = symbol[step] as number;
      if (found >= 0) scratch[length++] = found;
    }
  }
  if (final[state] !== 1) throw malformed("wrong padding");
  return scratch.toString("latin1", 0, length);
}

function malformed(why: string): ConnectionError {
  return new ConnectionError(ERROR.compressionError, `Huffman code: ${why}`);
}
