import type { TlsVersion } from "@quorate/kv";
import { z } from "zod";
import { readBy } from "../server/setting-types.ts";
import { fileName, host, port, trueOrFalse, type KeyShape } from "./key-types.ts";

/** The keys that say how TLS is spoken with clients. */
export interface TlsKeys {
  readonly secureClientPort?: number | undefined;
  readonly secureClientPortAddress?: string | undefined;
  readonly "ssl.protocol": TlsVersion;
  readonly "ssl.enabledProtocols"?: readonly TlsVersion[] | undefined;
  readonly "ssl.ciphersuites"?: readonly string[] | undefined;
  readonly "ssl.keyStore.location"?: string | undefined;
  readonly "ssl.keyStore.password": string;
  readonly "ssl.keyStore.passwordPath"?: string | undefined;
  readonly "ssl.keyStore.type"?: StoreType | undefined;
  readonly "ssl.trustStore.location"?: string | undefined;
  readonly "ssl.trustStore.password": string;
  readonly "ssl.trustStore.passwordPath"?: string | undefined;
  readonly "ssl.trustStore.type"?: StoreType | undefined;
  readonly "ssl.clientAuth": ClientAuth;
  readonly "ssl.hostnameVerification": boolean;
  readonly "ssl.clientHostnameVerification": boolean;
  readonly "client.certReload": boolean;
  readonly "X509AuthenticationProvider.superUser"?: string | undefined;
}

/** The kinds of files that ZooKeeper keeps keys and certificates in. */
export type StoreType = "JKS" | "PEM" | "PKCS12" | "BCFKS";

/** Whether clients must show a certificate, may, or are not asked. */
export type ClientAuth = "need" | "want" | "none";

const VERSIONS: readonly string[] = ["TLSv1.2", "TLSv1.3"] satisfies readonly TlsVersion[];

function isVersion(text: string): text is TlsVersion {
  return VERSIONS.includes(text);
}

const version = readBy(
  (text) => (isVersion(text) ? text : null),
  (text) => `"${text}" is not one of ${VERSIONS.join(", ")}: older ones are not safe`,
);
const list = z.string().transform((text) => text.split(",").map((item) => item.trim()));
const versions = readBy(
  (text) => {
    const items = text.split(",").map((item) => item.trim());
    const known = items.filter(isVersion);
    return known.length === items.length ? known : null;
  },
  (text) => `"${text}" is not a list of ${VERSIONS.join(", ")}: older ones are not safe`,
);
/** Java reads either of them in any case. */
const storeType = readBy(
  (text) => storeTypes.find((type) => type === text.toUpperCase()) ?? null,
  (text) => `"${text}" is not one of ${storeTypes.join(", ")}`,
);
const storeTypes: readonly StoreType[] = ["PEM", "PKCS12", "JKS", "BCFKS"];
const clientAuth = readBy(
  (text) => clientAuths.find((choice) => choice === text.toLowerCase()) ?? null,
  (text) => `"${text}" is not one of ${clientAuths.join(", ")}`,
);
const clientAuths: readonly ClientAuth[] = ["need", "want", "none"];

/** With ZooKeeper's defaults. */
export const TLS_SHAPE: KeyShape<TlsKeys> = {
  secureClientPort: port.optional(),
  secureClientPortAddress: host.optional(),
  "ssl.protocol": version.default("TLSv1.3"),
  "ssl.enabledProtocols": versions.optional(),
  "ssl.ciphersuites": list.optional(),
  "ssl.keyStore.location": fileName.optional(),
  "ssl.keyStore.password": z.string().default(""),
  "ssl.keyStore.passwordPath": fileName.optional(),
  "ssl.keyStore.type": storeType.optional(),
  "ssl.trustStore.location": fileName.optional(),
  "ssl.trustStore.password": z.string().default(""),
  "ssl.trustStore.passwordPath": fileName.optional(),
  "ssl.trustStore.type": storeType.optional(),
  "ssl.clientAuth": clientAuth.default("need"),
  "ssl.hostnameVerification": trueOrFalse.default(true),
  "ssl.clientHostnameVerification": trueOrFalse.default(false),
  "client.certReload": trueOrFalse.default(false),
  "X509AuthenticationProvider.superUser": z.string().optional(),
};
