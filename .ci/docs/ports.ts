import { createServer } from "node:net";

/** The pages' first port; a cluster on this machine takes three for clients and three for peers. */
const IN_PAGES = 2379;
const OFFSETS = [0, 1, 2, 100, 101, 102];

/** Below those that the system hands out, and of four digits, as in the pages. */
const LOWEST = 4_000;
const HIGHEST = 9_800;

/** A first port such that all that stand for the pages' are free. */
export async function freeBase(): Promise<number> {
  for (;;) {
    const base = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const free = await Promise.all(OFFSETS.map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
}

/** The text with 2379, 2380, 2381 and 2479, 2480, 2481 moved to where `base` is. */
export function onPorts(base: number, text: string): string {
  return text.replaceAll(/\b2[34](?:79|80|81)\b/g, (port) =>
    String(base + Number(port) - IN_PAGES),
  );
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
