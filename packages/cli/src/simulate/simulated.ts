/** What can be simulated. */
export const PROTOCOLS = ["raft", "zab"] as const;
export const SERVICES = ["etcd", "zookeeper"] as const;

/** A protocol alone, or a service with its clients. */
export type Simulated =
  | { readonly kind: "protocol"; readonly name: (typeof PROTOCOLS)[number] }
  | { readonly kind: "service"; readonly name: (typeof SERVICES)[number] };

/** How the command line names it. */
export function flagOf({ kind, name }: Simulated): readonly [string, string] {
  return [`--${kind}`, name];
}
