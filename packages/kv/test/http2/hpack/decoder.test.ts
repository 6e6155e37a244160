import { describe, expect, test } from "vitest";
import { HpackDecoder } from "../../../src/http2/hpack/decoder.ts";
import { block, integer } from "../wire.ts";

function decode(decoder: HpackDecoder, bytes: Uint8Array): string[] {
  const fields: string[] = [];
  decoder.decode(bytes, 0, bytes.length, {
    field: ({ name, value }) => fields.push(`${name}: ${value}`),
  });
  return fields;
}

function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(" ", ""), "hex");
}

const COMPRESSION_ERROR = expect.objectContaining({ name: "ConnectionError", code: 9 });

// RFC 7541 appendix C: blocks of one connection after each other, their fields, and the table's size.
describe("the examples of the RFC", () => {
  const GET = (path: string, scheme: string): string[] => [
    ":method: GET",
    `:scheme: ${scheme}`,
    `:path: ${path}`,
    ":authority: www.example.com",
  ];
  const REQUESTS = [
    [GET("/", "http"), 57],
    [[...GET("/", "http"), "cache-control: no-cache"], 110],
    [[...GET("/index.html", "https"), "custom-key: custom-value"], 164],
  ] as const;
  const MOVED = (status: string): string[] => [
    `:status: ${status}`,
    "cache-control: private",
    "date: Mon, 21 Oct 2013 20:13:21 GMT",
    "location: https://www.example.com",
  ];
  const RESPONSES = [
    [MOVED("302"), 222],
    [MOVED("307"), 222],
    [
      [
        ":status: 200",
        "cache-control: private",
        "date: Mon, 21 Oct 2013 20:13:22 GMT",
        "location: https://www.example.com",
        "content-encoding: gzip",
        "set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
      ],
      215,
    ],
  ] as const;

  // The responses are for a table of 256 bytes, which their first block says here.
  const RESIZE = "3fe101";
  // prettier-ignore
  test.each([
    ["C.2.1 literal with indexing", ["400a637573746f6d2d6b65790d637573746f6d2d686561646572"], [[["custom-key: custom-header"], 55]]],
    ["C.2.2 literal without indexing", ["040c2f73616d706c652f70617468"], [[[":path: /sample/path"], 0]]],
    ["C.2.3 literal never indexed", ["100870617373776f726406736563726574"], [[["password: secret"], 0]]],
    ["C.2.4 indexed", ["82"], [[[":method: GET"], 0]]],
    ["C.3 requests", [
      "828684410f7777772e6578616d706c652e636f6d",
      "828684be58086e6f2d6361636865",
      "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
    ], REQUESTS],
    ["C.4 requests with Huffman code", [
      "828684418cf1e3c2e5f23a6ba0ab90f4ff",
      "828684be5886a8eb10649cbf",
      "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
    ], REQUESTS],
    ["C.5 responses", [
      `${RESIZE}4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a3231
       20474d546e1768747470733a2f2f7777772e6578616d706c652e636f6d`.replaceAll(/\s/g, ""),
      "4803333037c1c0bf",
      `88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738666f6f3d
       4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b20766572
       73696f6e3d31`.replaceAll(/\s/g, ""),
    ], RESPONSES],
    ["C.6 responses with Huffman code", [
      `${RESIZE}488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad17
       1863c78f0b97c8e9ae82ae43d3`.replaceAll(/\s/g, ""),
      "4883640effc1c0bf",
      `88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdf
       cd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007`.replaceAll(/\s/g, ""),
    ], RESPONSES],
  ] as const)("%s", (_, blocks, expected) => {
    const decoder = new HpackDecoder();
    for (const [i, bytes] of blocks.entries()) {
      expect([decode(decoder, hex(bytes)), decoder.tableSize]).toEqual(expected[i]);
    }
  });
});

describe("refuses", () => {
  test.each([
    ["index 0", "80"],
    ["an index behind both tables", "be"],
    ["an index far behind", "ff 80 01"],
    ["a name by an index behind both tables", "7e 01 61"],
    ["a name by index 0 that is cut off", "00"],
    ["an integer that is cut off", "ff 80"],
    ["an integer of 2^28", "ff 81 ff ff 7f"],
    ["an integer of six bytes", "ff 80 80 80 80 80 00"],
    ["a name that is cut off", "00 02 61"],
    ["a value that is not there", "00 01 61"],
    ["a value that is cut off", "00 01 61 02 62"],
    ["a Huffman-coded value that is cut off", "00 01 61 82 07"],
    ["a table of 4,097 bytes", "3f e2 1f"],
    ["a change of the table behind a field", "82 20"],
    ["zeros as padding", "00 01 61 81 00"],
    ["padding that is not all ones", "00 01 61 81 06"],
    ["padding of eight bits", "00 01 61 82 07 ff"],
    ["only padding, of eight bits", "00 01 61 81 ff"],
    ["the symbol for the end of a string", "00 01 61 84 ff ff ff fc"],
    ["a symbol that is cut off", "00 01 61 81 fe"],
  ])("%s", (_, bytes) => {
    expect(() => decode(new HpackDecoder(), hex(bytes))).toThrow(COMPRESSION_ERROR);
  });
});

describe("accepts", () => {
  test.each([
    ["a table of 4,096 bytes", "3f e1 1f 82", [":method: GET"]],
    ["two changes of the table before the fields", "20 3f e1 1f 82", [":method: GET"]],
    ["a block that only changes the table", "20", []],
    ["nothing", "", []],
    ["empty names and values", "00 00 00", [": "]],
    ["empty Huffman-coded strings", "00 80 80", [": "]],
    ["seven bits of padding", "00 01 61 83 00 6e 7f", ["a: 01:"]],
    ["three bits of padding", "00 01 61 81 07", ["a: 0"]],
    [
      "an integer with zeros at its end",
      `00 01 61 7f 80 80 00 ${"62".repeat(127)}`,
      [`a: ${"b".repeat(127)}`],
    ],
  ])("%s", (_, bytes, fields) => {
    expect(decode(new HpackDecoder(), hex(bytes))).toEqual(fields);
  });
});

describe("the table", () => {
  const adding = (name: string, value: string): Buffer => {
    const field = block([name, value]);
    field[0] = 0x40;
    return field;
  };
  const at = (place: number): Buffer => integer(61 + place, 7, 0x80);

  test("forgets the oldest for the newest", () => {
    const decoder = new HpackDecoder();
    // 2,000 bytes each: two fit.
    for (const name of ["a", "b", "c"]) decode(decoder, adding(name, "x".repeat(1967)));
    expect(decoder.tableSize).toBe(4000);
    expect(decode(decoder, Buffer.concat([at(1), at(2)])).map((field) => field[0])).toEqual([
      "c",
      "b",
    ]);
    expect(() => decode(decoder, at(3))).toThrow(COMPRESSION_ERROR);
  });

  test("holds 128 fields of the least size", () => {
    const decoder = new HpackDecoder();
    decode(decoder, Buffer.concat([adding("", ""), adding("", "")]));
    for (let i = 0; i < 126; i++) decode(decoder, adding("", ""));
    expect(decoder.tableSize).toBe(4096);
    expect(decode(decoder, at(128))).toEqual([": "]);
    expect(() => decode(decoder, at(129))).toThrow(COMPRESSION_ERROR);
  });

  test("of exactly the size of a field holds it; a larger field empties it, without an error", () => {
    const decoder = new HpackDecoder();
    decode(decoder, adding("a", "x".repeat(4063)));
    expect(decoder.tableSize).toBe(4096);
    expect(decode(decoder, adding("a", "x".repeat(4064)))).toHaveLength(1);
    expect(decoder.tableSize).toBe(0);
  });

  test("a field may take its name from the one that it drives out", () => {
    const decoder = new HpackDecoder();
    decode(decoder, adding("name", "x".repeat(4000)));
    const byName = Buffer.concat([
      integer(62, 6, 0x40),
      integer(4000, 7),
      Buffer.alloc(4000, 0x79),
    ]);
    expect(decode(decoder, byName)).toEqual([`name: ${"y".repeat(4000)}`]);
    expect(decode(decoder, at(1))).toEqual([`name: ${"y".repeat(4000)}`]);
  });

  test("made smaller it forgets, made larger again it has forgotten", () => {
    const decoder = new HpackDecoder();
    decode(decoder, Buffer.concat([adding("a", "1"), adding("b", "2")]));
    decode(decoder, Buffer.concat([integer(40, 5, 0x20), integer(4096, 5, 0x20)]));
    expect(decoder.tableSize).toBe(34);
    expect(decode(decoder, at(1))).toEqual(["b: 2"]);
    expect(() => decode(decoder, at(2))).toThrow(COMPRESSION_ERROR);
  });

  test("its generation changes with its contents, and only then", () => {
    const decoder = new HpackDecoder();
    const before = decoder.generation;
    decode(decoder, block(["a", "b"]));
    expect(decoder.generation).toBe(before);
    decode(decoder, adding("a", "b"));
    const added = decoder.generation;
    expect(added).not.toBe(before);
    decode(decoder, at(1));
    expect(decoder.generation).toBe(added);
    decode(decoder, integer(0, 5, 0x20));
    expect(decoder.generation).not.toBe(added);
  });
});
