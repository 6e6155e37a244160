/** Who a client is, by one scheme. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

/** On whose behalf something is read or changed. */
export interface Requester {
  /** No access list holds for it. */
  readonly isSuper: boolean;
  readonly identities: readonly Identity[];
}
