/**
 * What Prometheus scrapes: families are made when somebody asks, of numbers that are counted on the way.
 *
 * Read in this order: `histogram`, `tally`, `summary`, `family`, `exposition`.
 *
 * @packageDocumentation
 */
export { expose, EXPOSITION_TYPE } from "./exposition.ts";
export {
  counter,
  gauge,
  histogram,
  summary,
  type Distribution,
  type Family,
  type Labels,
  type Sample,
} from "./family.ts";
export { heapFamilies } from "./heap-families.ts";
export { doublingBounds, Histogram } from "./histogram.ts";
export { LoopMonitor } from "./loop-monitor.ts";
export { descriptors, type Descriptors } from "./descriptors.ts";
export { processFamilies } from "./process-families.ts";
export { Summary, type SummaryDetail } from "./summary.ts";
export { Tally } from "./tally.ts";
