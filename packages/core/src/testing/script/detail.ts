/** What a transcript shows beside what members decide and what clients are answered. */
export const TOPICS = [
  /** Messages, as they leave, but for heartbeats. */
  "messages",
  "heartbeats",
  /** What is written, what is durable, what is read back; snapshots. */
  "disk",
  /** Commands that state machines apply. */
  "applies",
  /** Links that come up and break. */
  "links",
  /** Before each line, the virtual ms since the command began. */
  "times",
] as const;

export type Topic = (typeof TOPICS)[number];

/** How much of what happens while a command runs is printed. */
export type Detail = "quiet" | ReadonlySet<Topic>;
