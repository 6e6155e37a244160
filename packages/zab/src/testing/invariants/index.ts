/**
 * What the specification of ZAB checks (Zab.tla), one invariant a file. They see what members do, not
 * how: writes, views, deliveries.
 *
 * @packageDocumentation
 */
import type { CheckerFactory } from "@quorate/core/testing/sim";
import { agreement } from "./agreement.ts";
import { globalPrimaryOrder } from "./global-primary-order.ts";
import { historyBeforeEpoch } from "./history-before-epoch.ts";
import { integrity } from "./integrity.ts";
import { leadership } from "./leadership.ts";
import { localPrimaryOrder } from "./local-primary-order.ts";
import { mostRecentLeader } from "./most-recent-leader.ts";
import { prefixConsistency } from "./prefix-consistency.ts";
import { primaryIntegrity } from "./primary-integrity.ts";
import { totalOrder } from "./total-order.ts";

/** All of them. */
export const ZAB_INVARIANTS: readonly CheckerFactory[] = [
  leadership,
  prefixConsistency,
  integrity,
  agreement,
  totalOrder,
  localPrimaryOrder,
  globalPrimaryOrder,
  primaryIntegrity,
  historyBeforeEpoch,
  mostRecentLeader,
];
