/** The protocols that can be simulated. */
export const PROTOCOLS = ["raft", "zab"] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];
