/**
 * What every adapter of a port must do, as tests that bring no runner: pass your `test` and a way to
 * make the adapter.
 *
 * @packageDocumentation
 */
export * from "./log-store-suite.ts";
export * from "./snapshot-store-suite.ts";
export * from "./state-machine-suite.ts";
export type { TransportPlace, TransportProcess } from "./transport-net.ts";
export * from "./transport-suite.ts";
export type { SuiteTest } from "./suite-test.ts";
