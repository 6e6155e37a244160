import { OPCODE } from "../codec/index.ts";

/**
 * Where a request goes: into the log, to a barrier of the log, or nowhere, being answered here. The
 * last request of a session is a write, too, behind which nothing more is read.
 */
export type RequestRoute = "write" | "lastWrite" | "sync" | "local";

export function routeOf(opcode: number): RequestRoute {
  switch (opcode) {
    case OPCODE.create:
    case OPCODE.create2:
    case OPCODE.delete:
    case OPCODE.setData:
      return "write";
    case OPCODE.closeSession:
      return "lastWrite";
    case OPCODE.sync:
      return "sync";
    default:
      return "local";
  }
}
