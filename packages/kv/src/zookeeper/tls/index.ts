export type {
  ClientCertificates,
  Password,
  StoreFile,
  StoreKind,
  TlsOptions,
  TlsVersion,
} from "./tls-options.ts";
export { TlsHandshakes, type TlsHandshakesOptions } from "./tls-handshakes.ts";
