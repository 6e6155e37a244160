import type { Entry } from "@quorate/core";
import {
  encodeServerCommand,
  RequestEncoder,
  ZooKeeperStateMachine,
  type Authority,
  type ZooKeeperResult,
} from "../../../src/zookeeper/apply/index.ts";
import type { SessionId } from "../../../src/zookeeper/codec/index.ts";

export const PASSWORD: Uint8Array = Uint8Array.from({ length: 16 }, (_, i) => i);

/** Nobody in particular, at a server that allows nothing out of the ordinary. */
export const NOBODY: Omit<Authority, "session"> = {
  isSuper: false,
  extendedTypes: false,
  enforceQuota: false,
  identities: [{ scheme: "ip", id: "127.0.0.1" }],
};

const allocate = (size: number): Uint8Array => new Uint8Array(size);

/** A connection as the log sees it. */
export interface Client {
  readonly session: SessionId;
  readonly attachment: number;
  readonly commands: RequestEncoder;
}

/** A state machine and a log for it, one entry at a time. */
export class MachineUnderTest {
  readonly machine = new ZooKeeperStateMachine();
  readonly entries: Entry[] = [];
  term = 1;
  #index: number;

  /** @param index - of the last entry before those that the test makes */
  constructor(index = 0) {
    this.#index = index;
  }

  get lastIndex(): number {
    return this.#index;
  }

  apply(command: Uint8Array, time = 1000): ZooKeeperResult {
    const entry: Entry = {
      index: ++this.#index,
      term: this.term,
      time,
      kind: "command",
      data: command,
    };
    this.entries.push(entry);
    const results: ZooKeeperResult[] = [];
    this.machine.apply([entry], (_, result) => results.push(result));
    const [result] = results;
    if (result === undefined || results.length > 1) throw new Error("one result for one entry");
    return result;
  }

  /** An entry that is no command: the state machine does not see it. */
  skip(): void {
    this.#index++;
  }

  open(sid = 1, timeoutMillis = 4000): Client {
    this.apply(
      encodeServerCommand({ kind: "openSession", sid, timeoutMillis, password: PASSWORD }),
    );
    const session = { sid, birth: this.#index };
    const commands = new RequestEncoder(session, this.#index, NOBODY, allocate);
    return { session, attachment: this.#index, commands };
  }

  /** Takes the session over; the result says whether that worked. */
  attach(
    session: SessionId,
    password = PASSWORD,
    timeoutMillis = 4000,
  ): { readonly result: ZooKeeperResult; readonly client: Client } {
    const command = { kind: "attachSession", session, password, timeoutMillis } as const;
    const result = this.apply(encodeServerCommand(command));
    const commands = new RequestEncoder(session, this.#index, NOBODY, allocate);
    return { result, client: { session, attachment: this.#index, commands } };
  }

  expire(session: SessionId, attachment: number): ZooKeeperResult {
    return this.apply(encodeServerCommand({ kind: "expireSession", session, attachment }));
  }

  request(client: Client, frame: Uint8Array, time?: number): ZooKeeperResult {
    return this.apply(client.commands.encode(frame), time);
  }
}
