import { ROLE, type Field } from "./hpack/field.ts";
import type { FieldSink } from "./hpack/decoder.ts";

/** What a request says before its body, checked (RFC 9113 §8.3.1). */
export interface RequestHead {
  readonly method: string;
  readonly scheme: string;
  readonly path: string;
  readonly authority: string;
  /** What the body must add up to, or -1. */
  readonly contentLength: number;
  /** The other fields in their order. */
  readonly fields: readonly Field[];
}

/** The value of the first field of that name (in lower case). */
export function fieldValue(fields: readonly Field[], name: string): string | undefined {
  for (const field of fields) if (field.name === name) return field.value;
  return undefined;
}

/** Why there is no head. */
export type HeadFault = "malformed" | "too large";

/** Builds a head from decoded fields; used again for every block of a connection. */
export class HeadBuilder implements FieldSink {
  readonly #bytesMax: number;
  #bytes = 0;
  #malformed = false;
  #fields: Field[] = [];
  #method: string | null = null;
  #scheme: string | null = null;
  #path: string | null = null;
  #authority: string | null = null;
  #contentLength = -1;

  /** @param bytesMax - most that a list may count for; what is beyond is not kept */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  begin(): void {
    this.#bytes = 0;
    this.#malformed = false;
    this.#fields = [];
    this.#method = null;
    this.#scheme = null;
    this.#path = null;
    this.#authority = null;
    this.#contentLength = -1;
  }

  field(field: Field): void {
    this.#bytes += field.size;
    if (this.#bytes > this.#bytesMax) return;
    switch (field.role) {
      case ROLE.regular:
        this.#fields.push(field);
        return;
      case ROLE.method:
        this.#method = this.#once(this.#method, field.value);
        return;
      case ROLE.scheme:
        this.#scheme = this.#once(this.#scheme, field.value);
        return;
      case ROLE.path:
        this.#path = this.#once(this.#path, field.value);
        return;
      case ROLE.authority:
        this.#authority = this.#once(this.#authority, field.value);
        return;
      case ROLE.contentLength:
        this.#length(field);
        return;
      case ROLE.forbidden:
        this.#malformed = true;
    }
  }

  finish(): RequestHead | HeadFault {
    if (this.#bytes > this.#bytesMax) return "too large";
    const method = this.#method;
    const scheme = this.#scheme;
    const path = this.#path;
    if (this.#malformed || method === null || scheme === null || path === null || path === "") {
      return "malformed";
    }
    return {
      method,
      scheme,
      path,
      authority: this.#authority ?? "",
      contentLength: this.#contentLength,
      fields: this.#fields,
    };
  }

  /** Whether the block was acceptable behind a body, where nothing of it is kept. */
  finishTrailers(): boolean {
    const pseudo = this.#method ?? this.#scheme ?? this.#path ?? this.#authority;
    return !this.#malformed && pseudo === null;
  }

  /** Pseudo-fields come once each and before the others. */
  #once(before: string | null, value: string): string {
    if (before !== null || this.#fields.length > 0 || this.#contentLength >= 0) {
      this.#malformed = true;
    }
    return value;
  }

  #length(field: Field): void {
    const length = /^\d{1,15}$/.test(field.value) ? Number(field.value) : -1;
    if (length < 0 || (this.#contentLength >= 0 && this.#contentLength !== length)) {
      this.#malformed = true;
    }
    this.#contentLength = length;
    this.#fields.push(field);
  }
}
