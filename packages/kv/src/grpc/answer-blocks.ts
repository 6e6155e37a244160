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

/** To a client for which so much waits that no more is kept for it. */
export const TOO_SLOW: Failure = {
  code: STATUS.resourceExhausted,
  message: "the client reads too slowly",
};

/**
 * Text is cut off where its encoding would be longer: the block has to fit one frame, and a client
 * could make us repeat its own text for a few bytes each time.
 */
const TEXT_BYTES_MAX = 1024;

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
  for (const character of message) {
    const encoded = /^[ -$&-~]$/.test(character) ? character : percentBytes(character);
    if (text.length + encoded.length > TEXT_BYTES_MAX) break;
    text += encoded;
  }
  return text;
}

function percentBytes(character: string): string {
  let text = "";
  for (const byte of utf8Encode(character)) {
    text += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return text;
}
