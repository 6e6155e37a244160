/** Commands of the pages that a test cannot run, and why. */
export const NOT_RUN: readonly { readonly command: string; readonly why: string }[] = [
  { command: "npm test", why: "it runs this very test" },
  { command: "npm run fix", why: "it changes the files that are tested" },
  { command: "npx quorate server", why: "it runs until it is stopped; files for it are tried" },
  { command: "npx quorate zookeeper", why: "it runs until it is stopped, from a file of yours" },
];

/** Why the command is not run, or null when it is. */
export function whyNotRun(typed: string): string | null {
  return NOT_RUN.find(({ command }) => `${typed} `.startsWith(`${command} `))?.why ?? null;
}
