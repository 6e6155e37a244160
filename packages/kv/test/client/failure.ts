import { EtcdError } from "../../src/client/etcd-error.ts";

/** What the promise fails with; that it does not is an error. */
export async function failure(promise: Promise<unknown>): Promise<EtcdError> {
  const thrown: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (thrown instanceof EtcdError) return thrown;
  throw new Error(`expected an EtcdError, got ${String(thrown)}`);
}
