export { SessionExpiry } from "./session-expiry.ts";
export type { SessionListener } from "./session-listener.ts";
export { SessionTable, type Session } from "./session-table.ts";
export { decodeTouches, encodeTouches, isTaken, NOT_LEADING, TAKEN } from "./touches.ts";
