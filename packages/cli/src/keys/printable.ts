const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Bytes for JSON: as text under `name` when they are UTF-8, else as base64 under `name_base64`, so
 * that nothing is lost and the usual case can be read.
 */
export function bytesField(name: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  try {
    return { [name]: utf8.decode(bytes) };
  } catch {
    return { [`${name}_base64`]: Buffer.from(bytes).toString("base64") };
  }
}
