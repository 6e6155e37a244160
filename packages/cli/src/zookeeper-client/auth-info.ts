import { InvalidArgumentError } from "commander";

/** What a client authenticates with, besides its address. */
export interface AuthInfo {
  readonly scheme: string;
  readonly credentials: Uint8Array;
}

/** Reads one more `--auth`; commander reports what is thrown with the option's name. */
export function anotherAuth(text: string, earlier: readonly AuthInfo[]): readonly AuthInfo[] {
  const colon = text.indexOf(":");
  if (colon > 0) {
    const scheme = text.slice(0, colon);
    return [...earlier, { scheme, credentials: Buffer.from(text.slice(colon + 1)) }];
  }
  throw new InvalidArgumentError("write scheme:credentials, such as digest:user:password.");
}
