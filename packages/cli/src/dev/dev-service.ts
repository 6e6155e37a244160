import type { DevMember, DevState } from "./dev-state.ts";

/** What a development cluster serves, and how its members are run, asked and used. */
export interface DevService {
  readonly firstClientPort: number;
  /** Between a member's client port and its others. */
  readonly portOffsets: readonly number[];
  /** What its members are called: this and a number. */
  readonly memberPrefix: string;
  /** Writes what a member reads at its start; the arguments that start it. */
  prepare(member: DevMember, state: DevState, dataDir: string): readonly string[];
  /** Whether the member serves clients. */
  isReady(member: DevMember): Promise<boolean>;
  leads(member: DevMember): Promise<boolean>;
  /** What to type once everybody is ready, one command a line. */
  suggestions(members: readonly DevMember[]): readonly string[];
  /** How a client names the member's address. */
  address(member: DevMember): string;
}
