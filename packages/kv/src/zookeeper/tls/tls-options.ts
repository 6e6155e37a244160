/** A file of certificates, perhaps with a private key. */
export interface StoreFile {
  readonly path: string;
  readonly kind: StoreKind;
  readonly password: Password;
}

/** The kinds of files that can be read; Java's own, JKS, is none of them. */
export type StoreKind = "pem" | "pkcs12";

/** What opens a file; the empty text where it needs none. */
export type Password =
  | { readonly from: "text"; readonly text: string }
  /** Read whenever it is needed, without the end of its line. */
  | { readonly from: "file"; readonly path: string };

/** Whether clients must show a certificate, may, or are not asked. */
export type ClientCertificates =
  | { readonly ask: "none" }
  | {
      readonly ask: "need" | "want";
      /** Who vouches for clients. */
      readonly trustStore: StoreFile;
      /** Whether a certificate must name the address that its client comes from. */
      readonly verifyAddress: boolean;
    };

/** The versions of TLS that can be spoken. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** How TLS is spoken with clients. */
export interface TlsOptions {
  /** The server's own certificate and its key. */
  readonly keyStore: StoreFile;
  readonly clients: ClientCertificates;
  readonly oldest: TlsVersion;
  readonly newest: TlsVersion;
  /** In the IETF's or OpenSSL's names; null for the usual ones. */
  readonly cipherSuites: readonly string[] | null;
  /** Whether the files are read again when they change. */
  readonly reload: boolean;
}
