import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  checkLinearizability,
  etcdKeyModel,
  etcdStoreModel,
  keyValueModel,
  lockModel,
  registerModel,
  znodeModel,
  type EtcdAnswer,
  type EtcdRequest,
  type History,
  type Model,
} from "../../../src/testing/linearizability/index.ts";
import { anyHistory } from "./any-history.ts";
import {
  anyEtcdRequest,
  anyKeyValueInput,
  anyLockInput,
  anyRegisterInput,
  anyZnodeInput,
} from "./any-input.ts";
import { isExplained } from "./brute-force.ts";
import { plainEtcd, sharedEtcd } from "./plain-etcd.ts";
import { plainKeyValues } from "./plain-key-value.ts";
import { plainLocks } from "./plain-lock.ts";
import type { PlainObject } from "./plain-object.ts";
import { plainRegisters } from "./plain-register.ts";
import { plainZnodes } from "./plain-znode.ts";

/** The checker says of many histories what trying every order says, and both verdicts occur often. */
function expectAgreement<Input, Output, State>(
  model: Model<Input, Output, State>,
  object: PlainObject<Input, Output, unknown>,
  histories: fc.Arbitrary<History<Input, Output>>,
  runs: number,
): void {
  const seen = { linearizable: 0, violation: 0 };
  const property = fc.property(histories, (history) => {
    const expected = isExplained(object, history) ? "linearizable" : "violation";
    seen[expected]++;
    expect(checkLinearizability(model, history).kind).toBe(expected);
  });
  fc.assert(property, { numRuns: runs, seed: 1 });
  expect(Math.min(seen.linearizable, seen.violation)).toBeGreaterThan(runs / 50);
}

describe("agrees with trying every order", () => {
  test("of registers", () => {
    const histories = anyHistory(plainRegisters, anyRegisterInput(["a", "b"]), 8);
    expectAgreement(registerModel, plainRegisters, histories, 5000);
  });

  test("of strings", () => {
    const histories = anyHistory(plainKeyValues, anyKeyValueInput(["a", "b"]), 8);
    expectAgreement(keyValueModel, plainKeyValues, histories, 5000);
  });

  test("of locks", () => {
    const histories = anyHistory(plainLocks, anyLockInput(["a"]), 8);
    expectAgreement(lockModel, plainLocks, histories, 5000);
  });

  test("of nodes", () => {
    const histories = anyHistory(plainZnodes, anyZnodeInput(["/a"]), 7);
    expectAgreement(znodeModel, plainZnodes, histories, 5000);
  });

  test("of an etcd store", () => {
    const histories = anyHistory(plainEtcd, anyEtcdRequest(["a", "b"], [null, "b", "c"]), 7);
    expectAgreement(etcdStoreModel(), plainEtcd, histories.chain(withUnknownRevisions), 5000);
  });

  test("of the keys of an etcd store", () => {
    const object = sharedEtcd(12);
    const histories = anyHistory(object, anyEtcdRequest(["a"], [null]), 7);
    expectAgreement(etcdKeyModel, object, histories.chain(withUnknownRevisions), 5000);
  });
});

/** The same, when clients have not kept the revisions of some answers. */
function withUnknownRevisions(
  history: History<EtcdRequest, EtcdAnswer>,
): fc.Arbitrary<History<EtcdRequest, EtcdAnswer>> {
  const kept = fc.array(fc.boolean(), { minLength: history.length, maxLength: history.length });
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(history) },
    {
      weight: 1,
      arbitrary: kept.map((keeps) =>
        history.map((operation, i) =>
          operation.answer === null || (keeps[i] ?? false)
            ? operation
            : {
                ...operation,
                answer: {
                  at: operation.answer.at,
                  output: { ...operation.answer.output, revision: null },
                },
              },
        ),
      ),
    },
  );
}
