import { readU32 } from "./frame-checks.ts";
import {
  ConnectionError,
  ERROR,
  FRAME_BYTES_MAX,
  FRAME_LENGTH_MAX,
  SETTING,
  WINDOW_BYTES_MAX,
} from "./protocol.ts";

/** What a peer's settings frame changes for us; null for what it leaves as it was. */
export interface PeerSettings {
  /** The smallest of those it names: whatever was above must be evicted (RFC 7541 §4.2). */
  readonly headerTableSize: number | null;
  readonly initialWindowSize: number | null;
}

/**
 * Reads a settings frame (RFC 9113 §6.5). A setting that comes twice counts once, with its last
 * value: each change of the window would visit every stream, and a frame holds 2,730 of them.
 *
 * @throws {@link ConnectionError} with the code that the setting asks for
 */
export function readSettings(bytes: Uint8Array, start: number, end: number): PeerSettings {
  if ((end - start) % 6 !== 0) throw new ConnectionError(ERROR.frameSizeError, "settings");
  let headerTableSize: number | null = null;
  let initialWindowSize: number | null = null;
  for (let at = start; at < end; at += 6) {
    const id = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    const value = readU32(bytes, at + 2);
    checkSetting(id, value);
    if (id === SETTING.initialWindowSize) initialWindowSize = value;
    else if (id === SETTING.headerTableSize) {
      headerTableSize = Math.min(headerTableSize ?? value, value);
    }
  }
  return { headerTableSize, initialWindowSize };
}

function checkSetting(id: number, value: number): void {
  if (id === SETTING.enablePush && value > 1) {
    throw new ConnectionError(ERROR.protocolError, "enable push");
  }
  if (id === SETTING.initialWindowSize && value > WINDOW_BYTES_MAX) {
    throw new ConnectionError(ERROR.flowControlError, "initial window size");
  }
  if (id === SETTING.maxFrameSize && (value < FRAME_BYTES_MAX || value > FRAME_LENGTH_MAX)) {
    throw new ConnectionError(ERROR.protocolError, "max frame size");
  }
}
