import { encodeCommand, type EtcdResult, type EtcdStateMachine } from "../apply/index.ts";
import { encodeAlarm } from "../codec/index.ts";
import { LEASE_MEMORY_BYTES } from "../lease/index.ts";
import type { RequestService } from "../../service/request-service.ts";

/** What a quota is made of. */
export interface QuotaOptions {
  /** Bytes that keys and leases may take here; null: as much as there is. */
  readonly bytesMax: number | null;
  readonly self: string;
  readonly machine: EtcdStateMachine;
  readonly requests: RequestService<EtcdResult>;
}

/** What a put is taken to need beside its own bytes. */
const PUT_OVERHEAD_BYTES = 256;

/**
 * Bounds the space that keys and leases take on this member. A request that would exceed it is refused,
 * and the whole cluster is told to refuse such requests until an operator has made room and disarmed
 * the alarm: members that went on alone would go different ways.
 */
export class Quota {
  readonly #options: QuotaOptions;
  #raising = false;

  constructor(options: QuotaOptions) {
    this.#options = options;
  }

  get bytesMax(): number | null {
    return this.#options.bytesMax;
  }

  /** Whether there is room for what a request of so many bytes puts. */
  admitsPut(bytes: number): boolean {
    return this.#admits(bytes + PUT_OVERHEAD_BYTES);
  }

  admitsLease(): boolean {
    return this.#admits(LEASE_MEMORY_BYTES);
  }

  #admits(bytes: number): boolean {
    const { bytesMax, machine } = this.#options;
    if (bytesMax === null || machine.bytes + bytes <= bytesMax) return true;
    this.#raise();
    return false;
  }

  #raise(): void {
    const { self, machine, requests } = this.#options;
    if (this.#raising || machine.alarms.has("noSpace")) return;
    this.#raising = true;
    const alarm = encodeAlarm({ action: "activate", member: self, alarm: "noSpace" });
    requests.propose(encodeCommand("alarm", alarm), () => (this.#raising = false), { own: true });
  }
}
