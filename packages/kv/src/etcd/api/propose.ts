import { assert } from "@quorate/core";
import { encodeCommand, type Command, type WriteResponse } from "../apply/index.ts";
import { STATUS, type UnaryCall } from "../../grpc/index.ts";
import { failWith, refused, type EtcdMember } from "./etcd-member.ts";

/** What a command of the kind answers. */
export type ResponseTo<Kind extends Command["kind"]> = Extract<
  WriteResponse,
  { readonly kind: Kind }
>;

/**
 * Replicates a command, which is the request's own bytes wherever it can be, and answers the call if
 * it fails. `answer` runs in the turn in which the command was applied here.
 */
export function propose<Kind extends Command["kind"]>(
  member: EtcdMember,
  kind: Kind,
  bytes: Uint8Array,
  call: UnaryCall,
  answer: (response: ResponseTo<Kind>, revision: number) => void,
): void {
  if (bytes.length > member.requestBytesMax) return void refused(call, "requestTooLarge");
  member.requests.propose(encodeCommand(kind, bytes), (outcome) => {
    if (outcome.kind !== "done") return failWith(call, outcome);
    const { result } = outcome;
    if (result.kind === "malformed") return call.fail(STATUS.internal, result.why);
    if (result.kind === "refused") return void refused(call, result.refusal);
    assert(isResponseTo(kind, result.response), `a ${kind} was answered as something else`);
    answer(result.response, result.revision);
  });
}

function isResponseTo<Kind extends Command["kind"]>(
  kind: Kind,
  response: WriteResponse,
): response is ResponseTo<Kind> {
  return response.kind === kind;
}
