import { monitorValues, type ServerFacts, type Service } from "../../facts/index.ts";
import { cons } from "./connections.ts";
import { dump } from "./dump.ts";
import { lines } from "./lines.ts";
import { conf, dirs, envi } from "./settings.ts";
import { srvr, stat } from "./status.ts";
import { wchc, wchp, wchs } from "./watches.ts";
import type { Word } from "./word.ts";

type Answer = (facts: ServerFacts) => string | Promise<string>;

const ANSWERS: Readonly<Record<Word, Answer>> = {
  conf,
  cons,
  crst,
  dirs,
  dump,
  envi,
  // Nothing can be traced here: no bit of the mask is ever set.
  gtmk: () => "0",
  hash,
  isro: ({ service }) => READ_ONLY_TEXTS[service],
  mntr,
  ruok: () => "imok",
  srst,
  srvr,
  stat,
  stmk: () => "0",
  wchc,
  wchp,
  wchs,
};

/** What is answered even by a server that serves nobody. */
const ALWAYS_ANSWERED: ReadonlySet<Word> = new Set(["envi", "gtmk", "isro", "ruok", "stmk"]);

const READ_ONLY_TEXTS: Readonly<Record<Service, string>> = {
  full: "rw",
  readOnly: "ro",
  none: "null",
};

const NOT_SERVING = "This ZooKeeper instance is not currently serving requests";

/** What is allowed whatever the configuration says: ZooKeeper's own scripts ask for it. */
const ALWAYS_ALLOWED: Word = "srvr";

/** The words that may be asked. */
export interface Whitelist {
  /** `*` for all. */
  readonly words: readonly string[];
  /** Clients that look for a server which can write ask `isro` of those that may be read-only. */
  readonly readOnlyMode: boolean;
}

/** What a four-letter word is answered with. */
export async function answerWord(
  word: Word,
  whitelist: Whitelist,
  facts: ServerFacts,
): Promise<string> {
  if (!isAllowed(word, whitelist)) {
    return lines([`${word} is not executed because it is not in the whitelist.`]);
  }
  const isAnswered = facts.service !== "none" || ALWAYS_ANSWERED.has(word);
  return isAnswered ? ANSWERS[word](facts) : lines([NOT_SERVING]);
}

function isAllowed(word: Word, { words, readOnlyMode }: Whitelist): boolean {
  if (words.includes(word) || words.includes("*") || word === ALWAYS_ALLOWED) return true;
  return readOnlyMode && word === "isro";
}

async function mntr(facts: ServerFacts): Promise<string> {
  const values = await monitorValues(facts);
  return lines(values.map(([name, value]) => `zk_${name}\t${String(value)}`));
}

/** The newest zxid and the digest of the tree then; ZooKeeper tells of every 128th, in its own way. */
function hash({ machine }: ServerFacts): string {
  return lines([`${machine.lastZxid.toString(16)}: ${machine.tree.digest}`]);
}

function srst({ stats, ensemble }: ServerFacts): string {
  stats.reset();
  ensemble.reset();
  return lines(["Server stats reset."]);
}

function crst({ connections }: ServerFacts): string {
  for (const { stats } of connections) stats.reset();
  return lines(["Connection stats reset."]);
}
