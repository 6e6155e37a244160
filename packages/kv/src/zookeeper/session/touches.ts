import { ByteReader, ByteWriter, type Index } from "@quorate/core";

/** Says which sessions a member has heard of, by their births; the leader answers {@link TAKEN}. */
export function encodeTouches(births: ReadonlySet<Index>): Uint8Array {
  const writer = new ByteWriter(8 + 6 * births.size).u8(TOUCHES).u32(births.size);
  for (const birth of births) writer.u48(birth);
  return writer.finish();
}

/** @throws `ERR_MALFORMED` */
export function decodeTouches(bytes: Uint8Array): readonly Index[] {
  const reader = new ByteReader(bytes, "question");
  if (reader.u8() !== TOUCHES) throw reader.malformed("it is not of a kind that is known here");
  const births: Index[] = [];
  for (let more = reader.count(6); more > 0; more--) births.push(reader.u48());
  reader.end();
  return births;
}

const TOUCHES = 1;

/** The leader knows. Any other answer says that whoever was asked does not lead. */
export const TAKEN: Uint8Array = Uint8Array.of(1);
export const NOT_LEADING: Uint8Array = Uint8Array.of(0);

export function isTaken(answer: Uint8Array): boolean {
  return answer[0] === TAKEN[0];
}
