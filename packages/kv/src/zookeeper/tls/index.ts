export type {
  ClientCertificates,
  Password,
  StoreFile,
  StoreKind,
  TlsOptions,
  TlsVersion,
} from "./tls-options.ts";
