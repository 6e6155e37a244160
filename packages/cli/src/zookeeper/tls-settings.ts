import type { ClientCertificates, StoreFile, TlsOptions } from "@quorate/kv";
import { extname } from "node:path";
import type { Findings } from "./findings.ts";
import type { StoreType, TlsKeys } from "./tls-keys.ts";
import type { Setting } from "./zoo-properties.ts";

/** The keys, and where each was written, for messages. */
export interface TlsInput {
  /** Of the file, for what it does not say. */
  readonly path: string;
  readonly keys: TlsKeys;
  readonly values: ReadonlyMap<string, Setting>;
}

type StoreName = "ssl.keyStore" | "ssl.trustStore";

/** ZooKeeper tells the kind by the ending of the name when it is not told. */
const TYPE_BY_ENDING: Readonly<Record<string, StoreType>> = {
  ".pem": "PEM",
  ".p12": "PKCS12",
  ".jks": "JKS",
  ".bcfks": "BCFKS",
};

/** How TLS is spoken on the secure port; null when something is a problem. */
export function tlsSettings(input: TlsInput, findings: Findings): TlsOptions | null {
  const { keys } = input;
  const keyStore = storeFile("ssl.keyStore", input, findings);
  const clients = clientCertificates(input, findings);
  if (keyStore === null || clients === null) return null;
  const versions = keys["ssl.enabledProtocols"] ?? versionsUpTo(keys["ssl.protocol"]);
  return {
    keyStore,
    clients,
    oldest: versions.includes("TLSv1.2") ? "TLSv1.2" : "TLSv1.3",
    newest: versions.includes("TLSv1.3") ? "TLSv1.3" : "TLSv1.2",
    cipherSuites: keys["ssl.ciphersuites"] ?? null,
    reload: keys["client.certReload"],
  };
}

/** As in Java, where a newer protocol takes the older ones with it. */
function versionsUpTo(newest: TlsOptions["newest"]): readonly TlsOptions["newest"][] {
  return newest === "TLSv1.3" ? ["TLSv1.2", "TLSv1.3"] : ["TLSv1.2"];
}

function clientCertificates(input: TlsInput, findings: Findings): ClientCertificates | null {
  const { keys, path } = input;
  const ask = keys["ssl.clientAuth"];
  if (ask === "none") return { ask };
  if (keys["ssl.trustStore.location"] === undefined) {
    findings.problems.push(
      `${path}: ssl.trustStore.location is missing: name the file of those who vouch for clients, or write ssl.clientAuth=none to ask clients for no certificate`,
    );
    return null;
  }
  const trustStore = storeFile("ssl.trustStore", input, findings);
  if (trustStore === null) return null;
  const verifyAddress = keys["ssl.hostnameVerification"] && keys["ssl.clientHostnameVerification"];
  return { ask, trustStore, verifyAddress };
}

function storeFile(name: StoreName, input: TlsInput, { problems }: Findings): StoreFile | null {
  const { keys, values, path } = input;
  const location = keys[`${name}.location`];
  if (location === undefined) {
    problems.push(
      `${path}: ${name}.location is missing, which secureClientPort needs: name a PEM or PKCS12 file`,
    );
    return null;
  }
  const at = values.get(`${name}.location`)?.at ?? path;
  const type = keys[`${name}.type`] ?? TYPE_BY_ENDING[extname(location)];
  if (type === undefined) {
    problems.push(
      `${at}: ${name}.location: the name of ${location} does not tell its kind: write ${name}.type=PEM or PKCS12`,
    );
    return null;
  }
  if (type === "JKS" || type === "BCFKS") {
    problems.push(
      `${at}: ${name}.location: ${location} is a ${type} file: ${conversion(name, location, type)}`,
    );
    return null;
  }
  const passwordPath = keys[`${name}.passwordPath`];
  return {
    path: location,
    kind: type === "PEM" ? "pem" : "pkcs12",
    password:
      passwordPath === undefined
        ? { from: "text", text: keys[`${name}.password`] }
        : { from: "file", path: passwordPath },
  };
}

function conversion(name: StoreName, location: string, type: StoreType): string {
  const base = location.slice(0, location.length - extname(location).length);
  const command = `keytool -importkeystore -srckeystore ${location} -srcstoretype ${type} -destkeystore ${base}.p12 -deststoretype PKCS12`;
  return `convert it with \`${command}\` and write ${name}.location=${base}.p12`;
}
