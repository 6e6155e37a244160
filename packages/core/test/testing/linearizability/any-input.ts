import * as fc from "fast-check";
import type {
  EtcdAction,
  EtcdCompare,
  EtcdRequest,
  KeyValueInput,
  LockInput,
  RegisterInput,
  ZnodeInput,
} from "../../../src/testing/linearizability/index.ts";

const anyValue = fc.constantFrom("x", "y", "z");
const anyNumber = fc.nat({ max: 2 });

export function anyRegisterInput(keys: readonly string[]): fc.Arbitrary<RegisterInput> {
  const key = fc.constantFrom(...keys);
  return fc.oneof(
    fc.record({ kind: fc.constant("read"), key }),
    fc.record({ kind: fc.constant("write"), key, value: anyNumber }),
    fc.record({ kind: fc.constant("cas"), key, from: anyNumber, to: anyNumber }),
  );
}

export function anyKeyValueInput(keys: readonly string[]): fc.Arbitrary<KeyValueInput> {
  const key = fc.constantFrom(...keys);
  return fc.oneof(
    fc.record({ kind: fc.constant("get"), key }),
    fc.record({ kind: fc.constant("put"), key, value: anyValue }),
    fc.record({ kind: fc.constant("append"), key, value: anyValue }),
  );
}

export function anyLockInput(keys: readonly string[]): fc.Arbitrary<LockInput> {
  const key = fc.constantFrom(...keys);
  const owner = fc.constantFrom("ann", "bob");
  const token = fc.option(fc.integer({ min: 1, max: 4 }));
  return fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("acquire"), key, owner }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("release"), key, owner, token }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("expire"), key, owner }) },
  );
}

export function anyZnodeInput(paths: readonly string[]): fc.Arbitrary<ZnodeInput> {
  const path = fc.constantFrom(...paths);
  const version = fc.option(anyNumber);
  return fc.oneof(
    fc.record({ kind: fc.constant("create"), path, value: anyValue }),
    fc.record({ kind: fc.constant("set"), path, value: anyValue, version }),
    fc.record({ kind: fc.constant("delete"), path, version }),
    fc.record({ kind: fc.constant("read"), path }),
  );
}

/** @param ends - where ranges may end; null: they are of one key */
export function anyEtcdRequest(
  keys: readonly string[],
  ends: readonly (string | null)[],
): fc.Arbitrary<EtcdRequest> {
  return fc.constantFrom(...keys).chain((first) => {
    // Of one key, where ranges are.
    const key = ends.length === 1 ? fc.constant(first) : fc.constantFrom(...keys);
    const end = fc.constantFrom(...ends);
    const put = fc.record({ kind: fc.constant("put"), key, value: anyValue });
    const range = fc.record({ kind: fc.constant("range"), key, end });
    const anyAction: fc.Arbitrary<EtcdAction> = fc.oneof(
      put,
      range,
      fc.record({ kind: fc.constant("delete"), key, end }),
    );
    const anyCompare: fc.Arbitrary<EtcdCompare> = fc.oneof(
      fc.record({ target: fc.constant("value"), key, value: anyValue }),
      fc.record({
        target: fc.constantFrom("version", "createRevision", "modRevision"),
        key,
        number: fc.nat({ max: 4 }),
      }),
    );
    // No key is written twice in one transaction.
    const anyBranch = fc
      .tuple(fc.array(range, { maxLength: 1 }), fc.array(anyAction, { maxLength: 1 }))
      .chain(([before, written]) =>
        fc.array(range, { maxLength: 1 }).map((after) => [...before, ...written, ...after]),
      );
    const txn = fc.record({
      kind: fc.constant("txn"),
      compare: fc.array(anyCompare, { minLength: 1, maxLength: 2 }),
      success: anyBranch,
      failure: anyBranch,
    });
    return fc.oneof(anyAction, anyAction, txn);
  });
}
