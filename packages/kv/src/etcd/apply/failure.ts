/**
 * What a request can be refused for, by name; `etcd-failure.ts` has etcd's code and text for each.
 */
export type RequestRefusal =
  | "emptyKey"
  | "keyNotFound"
  | "valueProvided"
  | "leaseProvided"
  | "leaseNotFound"
  | "leaseExists"
  | "noSpace"
  | "corrupt"
  | "tooManyOps"
  | "duplicateKey"
  | "invalidSortOption"
  | "compacted"
  | "futureRevision";
