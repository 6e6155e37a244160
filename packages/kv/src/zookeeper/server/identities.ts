/** Who a client is, by one scheme. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

/** More is no client's need, and each is kept as long as its connection. */
const IDENTITIES_MAX = 64;

/** Who the client of one connection is: its address, and what it has proved since. */
export class Identities {
  readonly #proved = new Map<string, Identity>();
  readonly #address: Identity;

  constructor(address: string) {
    this.#address = { scheme: "ip", id: address };
  }

  /**
   * Takes a name and a password. No access control list of ours asks for them yet, so any will do.
   *
   * @returns false when the scheme is not known, or there are too many
   */
  prove(scheme: string, credentials: string): boolean {
    if (scheme === "ip") return true; // that is known already, and nothing to be refused for
    if (scheme !== "digest" || this.#proved.size >= IDENTITIES_MAX) return false;
    const id = credentials.split(":", 1)[0] ?? "";
    this.#proved.set(id, { scheme, id });
    return true;
  }

  get all(): readonly Identity[] {
    return [...this.#proved.values(), this.#address];
  }
}
