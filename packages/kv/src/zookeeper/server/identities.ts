import { createHash } from "node:crypto";
import { utf8Decode } from "@quorate/core";
import type { Identity, Requester } from "../access/index.ts";

/** Every write carries all identities of its client, through the log and to every member. */
const IDENTITIES_MAX = 64;
const CHARACTERS_MAX = 4096;

/** What is known of clients beside what each proves. */
export interface AccessSettings {
  /** Access lists hold for nobody. */
  readonly skipAcl: boolean;
  /** Whether clients can prove a user by its password. */
  readonly digestScheme: boolean;
  /** `name:digest` of the one user for whom they do not; null for none. */
  readonly superDigest: string | null;
}

/** Who is super, shown to the client as nobody by name, and of no use in an access list. */
export const SUPER: Identity = { scheme: "super", id: "" };

/** Who the client of one connection is: its address, and what it has proved since. */
export class Identities implements Requester {
  readonly #settings: AccessSettings;
  readonly #address: Identity;
  readonly #proved = new Map<string, Identity>();
  #isSuper: boolean;
  /** Of the names in which the client has proved itself. */
  #characters = 0;

  /** @param proved - what came out of the handshake, if there was one */
  constructor(address: string, settings: AccessSettings, proved: readonly Identity[] = []) {
    this.#address = { scheme: "ip", id: address };
    this.#settings = settings;
    this.#isSuper = settings.skipAcl || proved.some(({ scheme }) => scheme === SUPER.scheme);
    for (const identity of proved) this.#proved.set(identity.scheme, identity);
  }

  get isSuper(): boolean {
    return this.#isSuper;
  }

  get identities(): readonly Identity[] {
    return [...this.#proved.values(), this.#address];
  }

  /**
   * Takes a name and a password.
   *
   * @returns false when the scheme is not known, or there are too many
   */
  prove(scheme: string, credentials: Uint8Array): boolean {
    if (scheme === "ip") return true; // that is known already, and nothing to be refused for
    if (scheme !== "digest" || !this.#settings.digestScheme) return false;
    if (credentials.length > CHARACTERS_MAX) return false;
    const id = digestOf(utf8Decode(credentials));
    if (id === this.#settings.superDigest) {
      this.#isSuper = true;
      this.#proved.set("super", SUPER);
    }
    if (this.#proved.has(id)) return true;
    if (this.#proved.size >= IDENTITIES_MAX || this.#characters + id.length > CHARACTERS_MAX) {
      return false;
    }
    this.#characters += id.length;
    this.#proved.set(id, { scheme, id });
    return true;
  }
}

/** The name that a client's `name:password` gives in access lists. */
function digestOf(credentials: string): string {
  const [name = ""] = credentials.split(":", 1);
  return `${name}:${createHash("sha1").update(credentials).digest("base64")}`;
}

/** The identity as `whoAmI` shows it: a digest is nobody's business. */
export function shown({ scheme, id }: Identity): Identity {
  return scheme === "digest" ? { scheme, id: id.split(":", 1)[0] ?? "" } : { scheme, id };
}
