/**
 * The versions that are reported to clients, who choose features by them: 3.5 is the API that is
 * implemented here, and from 3.5.13 on Kubernetes relies on progress notifications of watches,
 * whose older form it works around.
 */
export const SERVER_VERSION = "3.5.17";

/** The version that all members agree on: that of the API, without the patch level. */
export const CLUSTER_VERSION = "3.5.0";
