export type {
  ClientCertificates,
  StoreFile,
  StoreKind,
  TlsOptions,
  TlsVersion,
} from "./tls-options.ts";
