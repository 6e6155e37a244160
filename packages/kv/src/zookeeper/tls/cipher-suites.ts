import { getCiphers } from "node:tls";

/** TLS 1.3 has the same names everywhere. */
const EVERYWHERE = /^TLS_(?:AES|CHACHA20)/;

/**
 * The name that OpenSSL has for a cipher suite of Java's and the IETF's, such as
 * `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`; null when it has none.
 */
export function openSslName(suite: string): string | null {
  const name = EVERYWHERE.test(suite) ? suite : translated(suite);
  return getCiphers().includes(name.toLowerCase()) ? name : null;
}

function translated(suite: string): string {
  return suite
    .replace(/^TLS_(?:RSA_WITH_)?/, "")
    .replace("_WITH_", "_")
    .replace(/AES_(128|256)/, "AES$1")
    .replace("_CBC", "")
    .replace("POLY1305_SHA256", "POLY1305")
    .replaceAll("_", "-");
}
