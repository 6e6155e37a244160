import type {
  Operation,
  ZnodeInput,
  ZnodeOutcome,
  ZnodeOutput,
} from "@quorate/core/testing/linearizability";
import { exchangesOf, type Exchange } from "./exchanges.ts";
import { REFUSED, type ClientHistory, type ZnodeRequest, type ZnodeResult } from "./facts.ts";

export type ZnodeOperation = Operation<ZnodeInput, ZnodeOutput>;

/**
 * What must be linearizable of what clients did to nodes: their writes, and their reads of data that
 * directly followed a `sync`, from the moment that it was asked for. Reads alone may be of the past.
 *
 * @param isOf - which nodes; sequential ones have no path before they are there
 */
export function znodeOperations(
  histories: readonly ClientHistory[],
  isOf: (path: string) => boolean,
): readonly ZnodeOperation[] {
  return histories.flatMap((history) => {
    const exchanges = exchangesOf(history);
    return exchanges.flatMap((exchange, i) => {
      const operation = operationOf(exchange, exchanges[i - 1]);
      return operation !== null && isOf(operation.input.path) ? [operation] : [];
    });
  });
}

function operationOf(
  { client, request, askedAt, answer }: Exchange,
  before: Exchange | undefined,
): ZnodeOperation | null {
  const told = (): ZnodeOperation["answer"] => {
    if (answer === null) return null;
    const { at, zxid, result } = answer;
    return { at, output: { zxid, outcome: outcomeOf(result, request.kind) } };
  };
  switch (request.kind) {
    case "create":
    case "set":
    case "delete":
      return { client, input: inputOf(request), invoked: askedAt, answer: told() };
    case "get": {
      // A sync that was answered on the connection before is as good: what it showed was seen.
      if (before?.request.kind !== "sync" || before.answer === null) return null;
      const { path } = request;
      return { client, input: { kind: "read", path }, invoked: before.askedAt, answer: told() };
    }
    case "exists":
    case "children":
    case "sync":
    case "ping":
    case "close":
    case "setWatches":
      return null;
  }
}

function inputOf(
  request: Extract<ZnodeRequest, { kind: "create" | "set" | "delete" }>,
): ZnodeInput {
  const { path } = request;
  switch (request.kind) {
    case "create":
      return { kind: "create", path, value: request.value };
    case "set":
      return { kind: "set", path, value: request.value, version: request.version };
    case "delete":
      return { kind: "delete", path, version: request.version };
  }
}

function outcomeOf(result: ZnodeResult, kind: Exchange["request"]["kind"]): ZnodeOutcome {
  switch (result.kind) {
    case "created":
      return { kind: "created" };
    case "stat":
      return { kind: "set", version: result.stat.version };
    case "data":
      return { kind: "read", value: result.value, version: result.stat.version };
    case "done":
      return { kind: "deleted" };
    case "refused":
      if (result.code === REFUSED.noNode) return { kind: "noNode" };
      if (result.code === REFUSED.badVersion) return { kind: "badVersion" };
      if (result.code === REFUSED.nodeExists) return { kind: "nodeExists" };
      throw new Error(`a ${kind} was refused with ${result.code}`);
    case "children":
      throw new Error(`a ${kind} was answered with children`);
  }
}
