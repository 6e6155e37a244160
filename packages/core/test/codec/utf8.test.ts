import { describe, expect, test } from "vitest";
import { utf8Decode, utf8Encode, utf8Length, utf8Write } from "../../src/codec/utf8.ts";
import { Prng } from "../../src/prng.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const TEXTS = [
  "",
  "plain",
  "naïve café",
  "€uro",
  "日本語",
  "a😀b",
  "\u{10ffff}\u{10000}",
  "\u0000\u007f\u0080\u07ff\u0800\uffff",
  "\ufeffmarked",
  "\ud800",
  "\udc00",
  "\udc00\ud800",
  "x\ud83dy",
  "\ud83d\ud83d\ude00",
];

describe("encoding", () => {
  test.each(TEXTS)("%j as TextEncoder does", (text) => {
    const expected = encoder.encode(text);
    expect(utf8Encode(text)).toEqual(expected);
    expect(utf8Length(text)).toBe(expected.length);
  });

  test("of random code units as TextEncoder does", () => {
    const prng = new Prng(1);
    for (let i = 0; i < 2000; i++) {
      const units = Array.from({ length: prng.below(12) }, () =>
        prng.chance(0.4) ? prng.between(0xd7f0, 0xe010) : prng.below(0x1_0000),
      );
      const text = String.fromCharCode(...units);
      expect(utf8Encode(text)).toEqual(encoder.encode(text));
    }
  });

  test("writes where it is told and says where it ended", () => {
    const into = new Uint8Array(8).fill(0xee);
    expect(utf8Write("é€", into, 2)).toBe(7);
    expect([...into]).toEqual([0xee, 0xee, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xee]);
  });
});

describe("decoding", () => {
  test.each(TEXTS)("%j comes back as through TextDecoder", (text) => {
    const bytes = encoder.encode(text);
    expect(utf8Decode(bytes)).toBe(decoder.decode(bytes));
  });

  test("every sequence of up to three bytes around the borders as TextDecoder does", () => {
    const borders = [
      0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
      0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
    ];
    for (const a of borders) {
      for (const b of borders) {
        for (const c of borders) {
          const bytes = new Uint8Array([a, b, c]);
          const found = utf8Decode(bytes);
          if (found !== decoder.decode(bytes))
            expect(found, `${a} ${b} ${c}`).toBe(decoder.decode(bytes));
        }
      }
    }
  });

  test("random bytes as TextDecoder does", () => {
    const prng = new Prng(2);
    for (let i = 0; i < 5000; i++) {
      const bytes = Uint8Array.from({ length: prng.below(9) }, () =>
        prng.chance(0.7) ? prng.between(0x80, 0xff) : prng.below(0x80),
      );
      expect(utf8Decode(bytes), [...bytes].join(" ")).toBe(decoder.decode(bytes));
    }
  });
});
