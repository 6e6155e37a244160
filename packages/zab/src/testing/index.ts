/**
 * ZAB as the simulator runs it.
 *
 * @packageDocumentation
 */
export { simulatedZab } from "./simulated-zab.ts";
