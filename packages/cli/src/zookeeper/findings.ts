/** What is to be said about a configuration, each in one line that names the place and the key. */
export interface Findings {
  /** Any of them refuses the start; all are told at once. */
  readonly problems: string[];
  readonly warnings: string[];
}
