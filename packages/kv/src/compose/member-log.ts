/** Where a member tells what happens to it; a pino logger is one. */
export interface MemberLog {
  info(fields: Readonly<Record<string, unknown>>, text: string): void;
  warn(fields: Readonly<Record<string, unknown>>, text: string): void;
  error(fields: Readonly<Record<string, unknown>>, text: string): void;
}

/** Tells nobody. */
export const SILENT: MemberLog = { info: () => {}, warn: () => {}, error: () => {} };
