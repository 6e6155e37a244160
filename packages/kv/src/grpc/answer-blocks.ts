import { utf8Encode } from "@quorate/core";
import {
  encodeField,
  encodeStatus,
  prepareBlock,
  SharedField,
  type PreparedBlock,
} from "../http2/index.ts";
import { STATUS, type Failure } from "./status.ts";

const CONTENT_TYPE = new SharedField("content-type", "application/grpc");
/** What a client may compress requests with: nothing. */
const ACCEPT_ENCODING = encodeField("grpc-accept-encoding", "identity");

/** What comes before the first message. */
export const HEAD: PreparedBlock = prepareBlock([encodeStatus(200), CONTENT_TYPE]);

/** The trailers of success. */
export const OK: PreparedBlock = prepareBlock([new SharedField("grpc-status", "0")]);

/** Text beyond that is cut off, so that the block fits one frame. */
const TEXT_BYTES_MAX = 4096;

/** The trailers of a failure behind messages. */
export function failureTrailers(failure: Failure): PreparedBlock {
  return prepareBlock(failureFields(failure));
}

/** The only block of a call that fails before its first message. */
export function trailersOnly(failure: Failure): PreparedBlock {
  return prepareBlock([encodeStatus(200), CONTENT_TYPE, ...failureFields(failure)]);
}

/** The headers of an answer to something that is not gRPC, with text in its body. */
export function plainHead(status: number): PreparedBlock {
  return prepareBlock([encodeStatus(status), encodeField("content-type", "text/plain")]);
}

function failureFields({ code, message }: Failure): Uint8Array[] {
  const fields = [encodeField("grpc-status", String(code))];
  if (message !== "") fields.push(encodeField("grpc-message", percentEncode(message)));
  if (code === STATUS.unimplemented) fields.push(ACCEPT_ENCODING);
  return fields;
}

/** Printable ASCII without `%` as it is, every other byte of the UTF-8 as `%XX`. */
export function percentEncode(message: string): string {
  if (message.length <= TEXT_BYTES_MAX && /^[ -$&-~]*$/.test(message)) return message;
  let text = "";
  for (const byte of utf8Encode(message.slice(0, TEXT_BYTES_MAX))) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    text += plain
      ? String.fromCharCode(byte)
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}
