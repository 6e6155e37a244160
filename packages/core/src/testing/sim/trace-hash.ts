/**
 * A running hash over what happened. Two runs of a seed are the same exactly when their hashes are, on
 * every engine: only integers go in.
 */
export class TraceHash {
  #a = 0x9e37_79b9;
  #b = 0x85eb_ca6b;

  add(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x0100_0193);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul((this.#b << 5) ^ (this.#b >>> 27) ^ value, 0x27d4_eb2f);
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(this.#a) + hex(this.#b);
  }
}

/** A number for a name; different names that are used here have different numbers. */
export function nameCode(name: string): number {
  let code = codes.get(name);
  if (code === undefined) {
    code = 0x811c_9dc5;
    for (let i = 0; i < name.length; i++) {
      code = Math.imul(code ^ name.charCodeAt(i), 0x0100_0193);
    }
    codes.set(name, code);
  }
  return code;
}

const codes = new Map<string, number>();

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
