import { OPCODE } from "../codec/index.ts";

/** What opening a session is called: it has no opcode that a client could send. */
export const SESSION_OPENED = "SESS";

const NAMES: ReadonlyMap<number, string> = new Map([
  [OPCODE.create, "CREA"],
  [OPCODE.create2, "CREA"],
  [OPCODE.createContainer, "CREA"],
  [OPCODE.createTtl, "CREA"],
  [OPCODE.delete, "DELE"],
  [OPCODE.exists, "EXIS"],
  [OPCODE.getData, "GETD"],
  [OPCODE.setData, "SETD"],
  [OPCODE.getAcl, "GETA"],
  [OPCODE.setAcl, "SETA"],
  [OPCODE.getChildren, "GETC"],
  [OPCODE.getChildren2, "GETC"],
  [OPCODE.sync, "SYNC"],
  [OPCODE.ping, "PING"],
  [OPCODE.multi, "MULT"],
  [OPCODE.multiRead, "MLTR"],
  [OPCODE.checkWatches, "CHKW"],
  [OPCODE.removeWatches, "REMW"],
  [OPCODE.setWatches, "SETW"],
  [OPCODE.setWatches2, "STW2"],
  [OPCODE.addWatch, "ADDW"],
  [OPCODE.getEphemerals, "GETE"],
  [OPCODE.getAllChildrenNumber, "GETACN"],
  [OPCODE.whoAmI, "HOMI"],
  [OPCODE.closeSession, "CLOS"],
]);

/**
 * What `cons` calls a request. Null for those that ZooKeeper answers beside its pipeline, whose
 * latency it does not count: authentication, and what it does not know.
 */
export function operationName(opcode: number): string | null {
  return NAMES.get(opcode) ?? null;
}
