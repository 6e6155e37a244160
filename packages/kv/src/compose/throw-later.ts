import type { QuorateError } from "@quorate/core";

/** Throws where nobody catches it: what nobody listens for must not go unnoticed. */
export function throwLater(error: QuorateError): void {
  setImmediate(() => {
    throw error;
  });
}
