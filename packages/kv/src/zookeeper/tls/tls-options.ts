/** A file of certificates, perhaps with a private key. */
export interface StoreFile {
  readonly path: string;
  readonly kind: StoreKind;
  /** Empty when it needs none. */
  readonly password: string;
}

/** The kinds of files that can be read; Java's own, JKS, is none of them. */
export type StoreKind = "pem" | "pkcs12";

/** Whether clients must show a certificate, may, or are not asked. */
export type ClientCertificates = "need" | "want" | "none";

/** The versions of TLS that can be spoken, oldest first. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** How TLS is spoken with clients. */
export interface TlsOptions {
  /** The server's own certificate and its key. */
  readonly keyStore: StoreFile;
  /** Who vouches for clients; null for those that the system trusts. */
  readonly trustStore: StoreFile | null;
  readonly clientCertificates: ClientCertificates;
  /** Whether a client's certificate must name the address that it comes from. */
  readonly verifyClientAddress: boolean;
  readonly oldest: TlsVersion;
  readonly newest: TlsVersion;
  /** In OpenSSL's or the IETF's names; null for the usual ones. */
  readonly cipherSuites: readonly string[] | null;
  /** Whether the files are read again when they change. */
  readonly reload: boolean;
}
