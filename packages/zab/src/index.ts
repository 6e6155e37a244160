/**
 * ZAB, the protocol of ZooKeeper, as a pure protocol: events in, effects out.
 *
 * Read in this order: `messages`, `phase`, `node`, `zab`, `handlers`, then the folders as a member
 * goes through them: `election`, `discovery`, `synchronization`, `broadcast`.
 *
 * @packageDocumentation
 */
export { zabCodec } from "./codec.ts";
export { decodeEpochs, type Epochs } from "./epochs.ts";
export type { ZabMessage } from "./messages.ts";
export {
  ZAB_LIMITS,
  ZAB_TIMES,
  zabTimes,
  type ZabLimits,
  type ZabOptions,
  type ZabTimes,
} from "./options.ts";
export { Zab } from "./zab.ts";
