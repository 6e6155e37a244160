import type { X509Certificate } from "node:crypto";
import { toQuorateError } from "@quorate/core";
import type { Identity } from "../access/index.ts";
import { SUPER } from "../server/index.ts";
import { subjectName } from "./subject-name.ts";
import type { ClientCertificates } from "./tls-options.ts";

/** What a client has shown when its handshake is over. */
export interface ShownByClient {
  readonly remoteAddress: string;
  /** Null when it was not asked, or has none. */
  readonly certificate: X509Certificate | null;
  /** Why nobody who is trusted vouches for it; null when somebody does. */
  readonly untrusted: string | null;
}

/** Who the client has proved to be, or why it is turned away. */
export type Verdict =
  | { readonly kind: "admitted"; readonly proved: readonly Identity[] }
  | { readonly kind: "refused"; readonly why: string };

/** Every request carries it. */
const SUBJECT_CHARACTERS_MAX = 1024;

/** @param superUser - the subject of the certificate whose owner may do everything; null for nobody */
export function judgeClient(
  { certificate, untrusted, remoteAddress }: ShownByClient,
  clients: ClientCertificates,
  superUser: string | null,
): Verdict {
  if (clients.ask === "none") return { kind: "admitted", proved: [] };
  if (certificate === null) {
    if (clients.ask === "want") return { kind: "admitted", proved: [] };
    return { kind: "refused", why: "it has shown no certificate (ssl.clientAuth)" };
  }
  if (untrusted !== null) return { kind: "refused", why: `its certificate: ${untrusted}` };
  if (clients.verifyAddress && certificate.checkIP(remoteAddress) === undefined) {
    const why = `its certificate does not name ${remoteAddress} (ssl.clientHostnameVerification)`;
    return { kind: "refused", why };
  }
  return identified(certificate, superUser);
}

function identified({ raw }: X509Certificate, superUser: string | null): Verdict {
  try {
    const id = subjectName(raw);
    if (id === "" || id.length > SUBJECT_CHARACTERS_MAX) {
      return { kind: "refused", why: `its certificate's subject has ${id.length} characters` };
    }
    const identity = { scheme: "x509", id };
    const proved = id === superUser ? [SUPER, identity] : [identity];
    return { kind: "admitted", proved };
  } catch (thrown) {
    const { code, message } = toQuorateError(thrown);
    if (code !== "ERR_MALFORMED") throw thrown;
    return { kind: "refused", why: `its certificate: ${message}` };
  }
}
