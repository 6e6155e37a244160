/** The protocols that can be simulated. */
export const PROTOCOLS = ["raft"] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];
