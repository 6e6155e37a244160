import { groupByObject, type Model } from "../../model.ts";
import { describeRequest, describeState } from "./describe.ts";
import { EtcdKeyspace, type EtcdState } from "./keyspace.ts";
import type { EtcdAnswer, EtcdRequest } from "./requests.ts";
import { Sightings } from "./sightings.ts";

/** Operations on etcd's KV service, and what they are checked against. */
export type EtcdModel = Model<EtcdRequest, EtcdAnswer, EtcdState>;

/**
 * An etcd store key by key: for requests that are about one key each, whatever else is in the store and
 * whoever else writes to it. The revisions of answers must ascend, but that those of different keys fit
 * together is not checked.
 *
 * @throws RangeError for a request about several keys
 */
export const etcdKeyModel: EtcdModel = {
  parts: (history) => groupByObject(history, onlyKeyOf),
  specification: (operations) =>
    new EtcdKeyspace({ revision: 0, isWhole: false, sightings: new Sightings(operations) }),
  describe: describeRequest,
  describeState,
};

/**
 * An etcd store as a whole, for requests about several keys. The history must have all writes since the
 * store was empty, at the revision given: each takes the next one.
 */
export function etcdStoreModel(revision: number = 1): EtcdModel {
  return {
    parts: (history) => new Map([["store", history]]),
    specification: (operations) =>
      new EtcdKeyspace({ revision, isWhole: true, sightings: new Sightings(operations) }),
    describe: describeRequest,
    describeState,
  };
}

function onlyKeyOf(request: EtcdRequest): string {
  const [key, ...others] = new Set(keysOf(request));
  if (key === undefined || others.length > 0) {
    throw new RangeError(
      `${describeRequest(request, null)} is not about one key: check it with etcdStoreModel`,
    );
  }
  return key;
}

function keysOf(request: EtcdRequest): readonly string[] {
  if (request.kind === "txn") {
    const { compare, success, failure } = request;
    return [...compare.map(({ key }) => key), ...[...success, ...failure].flatMap(keysOf)];
  }
  return request.kind === "put" || request.end === null
    ? [request.key]
    : [request.key, request.end];
}
