import type { EtcdMember } from "../etcd/api/etcd-member.ts";
import { encodeCommand } from "../etcd/apply/index.ts";
import { encodeMemberAttributes } from "../etcd/codec/index.ts";
import type { MemberLog } from "./member-log.ts";
import type { MemberRuntime } from "./member-runtime.ts";

/** What a member tells the others of itself; its peer addresses are the configuration's. */
interface Announcement {
  readonly name: string;
  readonly advertiseClientUrls: readonly string[];
}

/** A change of leader starts the next attempt as well. */
const RETRY_MILLIS = 1000;

/**
 * Puts the member's name and client URLs into the log, unless they are there already: once a leader
 * is known, and again until it worked.
 *
 * @returns how to give up
 */
export function announce(
  member: EtcdMember,
  announcement: Announcement,
  runtime: MemberRuntime,
  log: MemberLog,
): () => void {
  const attributes = {
    id: member.self,
    name: announcement.name,
    clientUrls: announcement.advertiseClientUrls,
  };
  let underWay = false;
  const attempt = (): void => {
    if (underWay || member.requests.view().leader === null) return;
    underWay = true;
    // The state must be fresh before it can be compared: a log being replayed may hold it already.
    member.requests.readLinearizable((failure) => {
      underWay = false;
      if (failure !== null) return;
      const known = member.machine.members.get(member.self);
      if (
        known?.name === attributes.name &&
        known.clientUrls.join() === attributes.clientUrls.join()
      ) {
        return stop();
      }
      underWay = true;
      const command = encodeCommand("memberAttributes", encodeMemberAttributes(attributes));
      member.requests.propose(command, (outcome) => {
        underWay = false;
        if (outcome.kind !== "done") return;
        log.info({ ...attributes }, "announced to the cluster");
        stop();
      });
    });
  };
  const unsubscribe = member.requests.onView(attempt);
  const stopRetrying = runtime.every(RETRY_MILLIS, attempt);
  const stop = (): void => {
    unsubscribe();
    stopRetrying();
  };
  attempt();
  return stop;
}
