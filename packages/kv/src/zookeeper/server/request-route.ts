import { OPCODE } from "../codec/index.ts";

/**
 * Where a request goes: into the log, to a barrier of the log, or nowhere, being answered here. The
 * last request of a session is a write, too, behind which nothing more is read, and so it is with a
 * request that nobody knows. Who the client is holds for every request that comes behind, and is
 * answered at once.
 */
export type RequestRoute = "write" | "lastWrite" | "sync" | "local" | "unknown" | "identity";

export function routeOf(opcode: number): RequestRoute {
  switch (opcode) {
    case OPCODE.create:
    case OPCODE.create2:
    case OPCODE.createContainer:
    case OPCODE.createTtl:
    case OPCODE.delete:
    case OPCODE.setData:
    case OPCODE.setAcl:
    case OPCODE.multi:
      return "write";
    case OPCODE.closeSession:
      return "lastWrite";
    case OPCODE.sync:
      return "sync";
    case OPCODE.auth:
      return "identity";
    case OPCODE.exists:
    case OPCODE.getData:
    case OPCODE.getChildren:
    case OPCODE.getChildren2:
    case OPCODE.multiRead:
    case OPCODE.getAcl:
    case OPCODE.getAllChildrenNumber:
    case OPCODE.getEphemerals:
    case OPCODE.ping:
    case OPCODE.whoAmI:
    case OPCODE.setWatches:
    case OPCODE.setWatches2:
    case OPCODE.addWatch:
    case OPCODE.checkWatches:
    case OPCODE.removeWatches:
    case OPCODE.reconfig:
    case OPCODE.sasl:
      return "local";
    default:
      return "unknown";
  }
}
