import type { DevServiceName } from "./dev-service-name.ts";
import type { ServicePorts } from "./dev-state.ts";

/** A service for clients of one kind: where its members are, how they are asked, and how they are used. */
export interface DevService {
  readonly name: DevServiceName;
  /** For people. */
  readonly title: string;
  readonly firstClientPort: number;
  /** Between a member's client port and its others. */
  readonly portOffsets: readonly number[];
  /** Whether the member serves clients. */
  isReady(ports: ServicePorts): Promise<boolean>;
  leads(ports: ServicePorts): Promise<boolean>;
  /** What to type once everybody is ready, one command a line. */
  suggestions(members: readonly ServicePorts[]): readonly string[];
  /** How a client names the member's address. */
  address(ports: ServicePorts): string;
}
