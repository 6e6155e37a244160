import {
  decodeDeleteRangeResponse,
  decodePutResponse,
  decodeRangeResponse,
  decodeTxnResponse,
  encodeDeleteRange,
  encodePut,
  encodeRange,
  encodeTxn,
  type RequestOp,
  type ResponseOp,
} from "../etcd/codec/index.ts";
import type { Op } from "./op.ts";
import type { ClientMethod, Rpc } from "./rpc.ts";
import { onlyReads, type CommitOptions, type Perform } from "./txn.ts";

const RANGE = method("Range", true, decodeRangeResponse);
const PUT = method("Put", false, decodePutResponse);
const DELETE_RANGE = method("DeleteRange", false, decodeDeleteRangeResponse);
const TXN = method("Txn", false, (bytes) => decodeTxnResponse(bytes));

/** Makes operations calls of their own. */
export function performer(rpc: Rpc): Perform {
  return async <Result>(op: Op<Result>, options: CommitOptions): Promise<Result> =>
    op.result(await ask(rpc, op.request, options));
}

function ask(rpc: Rpc, request: RequestOp, options: CommitOptions): Promise<ResponseOp> {
  switch (request.kind) {
    case "range":
      return rpc.call(RANGE, encodeRange(request), options);
    case "put":
      return rpc.call(PUT, encodePut(request), options);
    case "deleteRange":
      return rpc.call(DELETE_RANGE, encodeDeleteRange(request), options);
    case "txn": {
      const repeatable = options.repeatable ?? onlyReads(request);
      return rpc.call({ ...TXN, repeatable }, encodeTxn(request), options);
    }
  }
}

function method<Answer>(
  name: string,
  repeatable: boolean,
  decode: (bytes: Uint8Array) => Answer,
): ClientMethod<Answer> {
  return { path: `/etcdserverpb.KV/${name}`, repeatable, decode };
}
