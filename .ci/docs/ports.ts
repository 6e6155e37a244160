import { createServer } from "node:net";

/**
 * The pages' ports: what `quorate dev` takes for three members, with and without `--zookeeper`. Election
 * ports stand in no page, but must be free as well.
 */
const IN_PAGES = [2379, 2479, 2181, 2281, 2331].flatMap((port) => [port, port + 1, port + 2]);
/** All others keep their distance to this one. */
const FIRST = 2379;

const WORD = new RegExp(`\\b(?:${IN_PAGES.join("|")})\\b`, "g");

/** Below those that the system hands out, and of four digits, as in the pages. */
const LOWEST = 4_000;
const HIGHEST = 9_800;

/** What {@link FIRST} becomes, such that all that stand for the pages' are free. */
export async function freeBase(): Promise<number> {
  for (;;) {
    const base = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const free = await Promise.all(IN_PAGES.map((port) => isFree(moved(base, port))));
    if (free.every(Boolean)) return base;
  }
}

/** The text with the pages' ports moved to where `base` is. */
export function onPorts(base: number, text: string): string {
  return text.replaceAll(WORD, (port) => String(moved(base, Number(port))));
}

function moved(base: number, port: number): number {
  return base + port - FIRST;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () =>
      probe.close(() => resolve(true)),
    );
  });
}
