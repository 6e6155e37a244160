import {
  decodeDeleteRangeResponse,
  decodeHashKvResponse,
  decodeMemberListResponse,
  decodePutResponse,
  decodeRangeResponse,
  decodeStatusResponse,
  encodeDeleteRangeRequest,
  encodeHashKvRequest,
  encodeMemberListRequest,
  encodePutRequest,
  encodeRangeRequest,
  encodeStatusRequest,
  type DeleteRangeRequest,
  type DeleteRangeResponse,
  type HashKvResponse,
  type MemberListResponse,
  type PutRequest,
  type PutResponse,
  type RangeRequest,
  type RangeResponse,
  type StatusResponse,
} from "./etcd-messages.ts";
import { ClusterClient } from "./cluster-client.ts";

/** The calls that the command line makes, to any etcd v3 endpoint. */
export class EtcdClient {
  readonly #cluster: ClusterClient;

  /** @param endpoints `http://host:port`, tried in this order */
  constructor(endpoints: readonly string[], timeoutMs: number) {
    this.#cluster = new ClusterClient(endpoints, timeoutMs);
  }

  async range(request: Pick<RangeRequest, "key"> & Partial<RangeRequest>): Promise<RangeResponse> {
    const bytes = encodeRangeRequest({ ...WHOLE_RANGE, ...request });
    return decodeRangeResponse(
      await this.#cluster.call("/etcdserverpb.KV/Range", bytes, REPEATABLE),
    );
  }

  async put(
    request: Pick<PutRequest, "key" | "value"> & Partial<PutRequest>,
  ): Promise<PutResponse> {
    const bytes = encodePutRequest({ ...PLAIN_PUT, ...request });
    return decodePutResponse(await this.#cluster.call("/etcdserverpb.KV/Put", bytes, ONCE));
  }

  async deleteRange(request: DeleteRangeRequest): Promise<DeleteRangeResponse> {
    const bytes = encodeDeleteRangeRequest(request);
    return decodeDeleteRangeResponse(
      await this.#cluster.call("/etcdserverpb.KV/DeleteRange", bytes, ONCE),
    );
  }

  async status(): Promise<StatusResponse> {
    const bytes = encodeStatusRequest();
    return decodeStatusResponse(
      await this.#cluster.call("/etcdserverpb.Maintenance/Status", bytes, REPEATABLE),
    );
  }

  async hashKv(): Promise<HashKvResponse> {
    const bytes = encodeHashKvRequest(0);
    return decodeHashKvResponse(
      await this.#cluster.call("/etcdserverpb.Maintenance/HashKV", bytes, REPEATABLE),
    );
  }

  async memberList(): Promise<MemberListResponse> {
    const bytes = encodeMemberListRequest(true);
    return decodeMemberListResponse(
      await this.#cluster.call("/etcdserverpb.Cluster/MemberList", bytes, REPEATABLE),
    );
  }

  /**
   * A linearizable read, as `etcdctl endpoint health` makes it.
   *
   * @throws `GrpcError` when the endpoint cannot serve it
   */
  async checkHealth(): Promise<void> {
    await this.range({ key: Buffer.from("health") });
  }

  close(): void {
    this.#cluster.close();
  }
}

const REPEATABLE = { repeatable: true } as const;
const ONCE = { repeatable: false } as const;
const NOTHING = new Uint8Array();

const WHOLE_RANGE: Omit<RangeRequest, "key"> = {
  rangeEnd: NOTHING,
  limit: 0,
  revision: 0,
  sortOrder: 0,
  sortTarget: 0,
  serializable: false,
  keysOnly: false,
  countOnly: false,
};
const PLAIN_PUT: Omit<PutRequest, "key" | "value"> = { prevKv: false };
