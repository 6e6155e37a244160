import { filesUnder } from "./source-files.ts";

/** The pages for readers. */
export function pagePaths(): string[] {
  const ofPackages = filesUnder("packages", ".md").filter((path) => !path.endsWith("CHANGELOG.md"));
  return ["README.md", "CONTRIBUTING.md", ...filesUnder("docs", ".md"), ...ofPackages];
}

/** A page without its code blocks. */
export function proseOf(markdown: string): string {
  return markdown.replace(/^```[\s\S]*?^```$/gm, "");
}
