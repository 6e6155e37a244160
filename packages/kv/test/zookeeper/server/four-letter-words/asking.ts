import type { ServerUnderTest } from "../server-under-test.ts";

/** What a server answers to a four-letter word. */
export async function ask(under: ServerUnderTest, word: string): Promise<string> {
  const client = await under.connect();
  client.raw(word);
  return client.text();
}
