/**
 * The version that clients and dashboards are told, which they choose features by: 3.9 is the
 * protocol that is spoken here. Behind the dash they expect a build.
 */
export const ZOOKEEPER_VERSION = "3.9.4-quorate";
