import type { Prng } from "@quorate/core";
import {
  addWatch,
  ANYBODY,
  anything,
  auth,
  check,
  checkWatches,
  closeSession,
  create,
  create2,
  createContainer,
  createTtl,
  deleteContainer,
  exists,
  getAcl,
  getAllChildrenNumber,
  getChildren,
  getChildren2,
  getData,
  getEphemerals,
  multi,
  multiRead,
  ping,
  remove,
  removeWatches,
  setAcl,
  setData,
  setWatches,
  sync,
  whoAmI,
  type Entry,
  type Operation,
} from "../wire/operations.ts";
import { anyBytes } from "./spoiling-out.ts";

/** Few, so that operations meet each other's nodes. */
const PATHS = ["/", "/a", "/a/b", "/a/b/c", "/b", "/b/c", "/e", "/e/f", "/s-", "/a/"];
const SPECIAL = [
  "/zookeeper",
  "/zookeeper/config",
  "/zookeeper/quota",
  "/zookeeper/quota/b",
  "/zookeeper/quota/b/zookeeper_limits",
  "/zookeeper/quota/b/zookeeper_stats",
];
const ODD = [
  "",
  "a",
  "//",
  "/a//b",
  "/..",
  "/a/./b",
  "/a\u0000",
  "/\ud800",
  `/${"long".repeat(500)}`,
];
const LIMITS = ["count=3,bytes=9", "count=-1,bytes=-1;byteHardLimit=9;countHardLimit=3", "count=x"];
const OPCODES = [0, 10, 13, 16, 20, 23, 102, 108, -1, -10, -2, 2 ** 31 - 1];

/** Makes operations that are well formed, of every opcode, and mostly sensible. */
export class OperationGenerator {
  readonly #prng: Prng;

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  /** One that no connection ends with. */
  harmless(): Operation {
    const prng = this.#prng;
    if (prng.chance(0.4)) return this.#write();
    const watch = prng.chance(0.4);
    const makers: readonly (() => Operation)[] = [
      // Not of the root, or nobody could do anything soon.
      () => setAcl(prng.pick(PATHS.slice(1)), this.#acl(), this.#version()),
      () => exists(this.#path(), watch),
      () => getData(this.#path(), watch),
      () => getChildren(this.#path(), watch),
      () => getChildren2(this.#path(), watch),
      () => getAcl(this.#path()),
      () => getEphemerals(this.#path()),
      () => getAllChildrenNumber(this.#path()),
      () => sync(this.#path()),
      () => ping,
      () => whoAmI,
      () => multi(this.#several(() => (prng.chance(0.02) ? this.harmless() : this.#write()))),
      () => multiRead(this.#several(() => getData(this.#path(), watch))),
      () => multiRead(this.#several(() => getChildren(this.#path(), watch))),
      () => addWatch(this.#path(), prng.below(2)),
      () => checkWatches(this.#path(), prng.between(1, 5)),
      () => removeWatches(this.#path(), prng.between(1, 5)),
      () => setWatches(prng.chance(0.5) ? 101 : 105, BigInt(prng.below(100)), this.#watched()),
      () => auth("digest", prng.pick(["me:pw", "you:pw", "super:secret", ""])),
    ];
    return prng.pick(makers)();
  }

  /** One that a connection may end with. */
  any(): Operation {
    const prng = this.#prng;
    if (prng.chance(0.97)) return this.harmless();
    const makers: readonly (() => Operation)[] = [
      () => closeSession,
      () => auth(prng.pick(["gods", "x509", "sasl", "ip", ""]), "x"),
      () => deleteContainer(this.#path()),
      () => anything(prng.pick(OPCODES), anyBytes(prng, prng.below(30))),
      () => check(this.#path(), this.#version()),
    ];
    return prng.pick(makers)();
  }

  #write(): Operation {
    const prng = this.#prng;
    const data = this.#data();
    const acl = this.#acl();
    const flags = prng.pick([0, 0, 0, 1, 2, 3, 4]);
    const makers: readonly (() => Operation)[] = [
      () => create(this.#path(), { data, acl, flags }),
      () => create(this.#path(), { data }),
      () => create(prng.pick(["/e", "/e/f"]), { flags: 1 }),
      () => create2(this.#path(), { data, acl, flags }),
      () => createContainer(this.#path(), { data, acl }),
      () => createTtl(this.#path(), BigInt(prng.below(1000)), { data, acl, flags: 5 }),
      () => remove(this.#path(), this.#version()),
      () => remove(this.#path()),
      () => setData(this.#path(), data, this.#version()),
      () => check(this.#path(), this.#version()),
    ];
    // Outside a multi nobody may check.
    return prng.pick(makers.slice(0, -1))();
  }

  #path(): string {
    const roll = this.#prng.below(100);
    if (roll < 85) return this.#prng.pick(PATHS);
    return this.#prng.pick(roll < 95 ? SPECIAL : ODD);
  }

  #version(): number {
    return this.#prng.pick([-1, -1, 0, 0, 1, 2, -2]);
  }

  #data(): string | null {
    const prng = this.#prng;
    if (prng.chance(0.1)) return null;
    return prng.chance(0.2) ? prng.pick(LIMITS) : "x".repeat(prng.pick([0, 1, 4, 100, 2000]));
  }

  #acl(): readonly Entry[] | null {
    const prng = this.#prng;
    if (prng.chance(0.9)) return ANYBODY;
    const entries: readonly Entry[] = [
      [prng.below(64), "world", "anyone"],
      [31, "auth", ""],
      [31, "digest", "me:hash"],
      [31, "ip", prng.pick(["10.0.0.7", "10.0.0.0/8", "::1", "x/9"])],
      [31, "gods", "zeus"],
    ];
    return prng.chance(0.05) ? null : this.#several(() => prng.pick(entries));
  }

  #watched(): Parameters<typeof setWatches>[2] {
    const paths = (): readonly string[] => this.#several(() => this.#path());
    return {
      data: paths(),
      exist: paths(),
      child: paths(),
      persistent: paths(),
      recursive: paths(),
    };
  }

  #several<Item>(make: () => Item): Item[] {
    return Array.from({ length: this.#prng.below(5) }, make);
  }
}
