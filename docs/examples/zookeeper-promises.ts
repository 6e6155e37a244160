/**
 * What the other examples of ZooKeeper's clients use of npm's `node-zookeeper-client`, whose answers come to
 * callbacks: here they are promises.
 */
import { once } from "node:events";
import { createClient, type Client, type Exception, type Option } from "node-zookeeper-client";

/** How the client tells what it was asked for. */
export type Answer<T> = (error: Error | Exception | null, answer: T) => void;

/** A client that has a session. */
export async function connected(servers: string, options: Partial<Option> = {}): Promise<Client> {
  const client = createClient(servers, { sessionTimeout: 10_000, spinDelay: 100, ...options });
  client.connect();
  await once(client, "connected");
  return client;
}

/** Ends the session: what it held is gone. */
export async function closed(client: Client): Promise<void> {
  client.close();
  await once(client, "disconnected");
}

/** What the client tells the callback that is handed to it. */
export function asked<T>(ask: (answer: Answer<T>) => void): Promise<T> {
  return new Promise((done, fail) => {
    ask((error, answer) => (error ? fail(error) : done(answer)));
  });
}
