import { OPCODE } from "../codec/index.ts";

/**
 * Where a request goes: into the log, to a barrier of the log, or nowhere, being answered here. The
 * last request of a session is a write, too, behind which nothing more is read. Who the client is
 * holds for every request that comes behind, and is answered at once.
 */
export type RequestRoute = "write" | "lastWrite" | "sync" | "local" | "identity";

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
    default:
      return "local";
  }
}
