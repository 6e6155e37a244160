/** Whose clients the members of a development cluster can serve. */
export const DEV_SERVICES = ["etcd", "zookeeper"] as const;
export type DevServiceName = (typeof DEV_SERVICES)[number];
