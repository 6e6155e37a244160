/** All of ZooKeeper's, so that none is taken for the length of a frame. */
const WORDS = [
  "conf",
  "cons",
  "crst",
  "dirs",
  "dump",
  "envi",
  "gtmk",
  "hash",
  "isro",
  "mntr",
  "ruok",
  "srst",
  "srvr",
  "stat",
  "stmk",
  "wchc",
  "wchp",
  "wchs",
] as const;

/** What may be asked of a server in four letters instead of a frame. */
export type Word = (typeof WORDS)[number];

/** The word that the first 32 bits of a connection spell; null if they spell none. */
export function wordOf(bits: number): Word | null {
  const letters = [bits >>> 24, (bits >>> 16) & 0xff, (bits >>> 8) & 0xff, bits & 0xff];
  const text = String.fromCharCode(...letters);
  return WORDS.find((word) => word === text) ?? null;
}
