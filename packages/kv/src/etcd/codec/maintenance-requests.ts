import { ProtoReader } from "./proto-reader.ts";
import { ProtoWriter } from "./proto-writer.ts";

export type DowngradeAction = "validate" | "enable" | "cancel";

export interface DowngradeRequest {
  /** Null: a number that names no action. */
  readonly action: DowngradeAction | null;
  readonly version: string;
}

const ACTIONS: readonly DowngradeAction[] = ["validate", "enable", "cancel"];

/**
 * The member that is to lead, in lower-case hex.
 *
 * @throws `ERR_MALFORMED`
 */
export function decodeMoveLeader(bytes: Uint8Array): string {
  const reader = new ProtoReader(bytes);
  let target = 0n;
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) target = reader.bigint64();
    else reader.skip(tag, 1);
  }
  return BigInt.asUintN(64, target).toString(16);
}

/** @throws `ERR_MALFORMED` */
export function decodeDowngrade(bytes: Uint8Array): DowngradeRequest {
  const reader = new ProtoReader(bytes);
  let action: DowngradeAction | null = "validate";
  let version = "";
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 0x08) action = ACTIONS[reader.uint32()] ?? null;
    else if (tag === 0x12) version = reader.string();
    else reader.skip(tag, 2);
  }
  return { action, version };
}

export function encodeDowngrade({ action, version }: DowngradeRequest): Uint8Array {
  return new ProtoWriter()
    .int64(1, action === null ? ACTIONS.length : ACTIONS.indexOf(action))
    .string(2, version)
    .finish();
}
