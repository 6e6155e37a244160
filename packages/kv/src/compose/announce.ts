import type { EtcdMember } from "../etcd/api/etcd-member.ts";
import { encodeCommand } from "../etcd/apply/index.ts";
import { encodeMemberAttributes } from "../etcd/codec/index.ts";
import type { MemberLog } from "./member-log.ts";

/** What a member tells the others of itself; its peer addresses are the configuration's. */
interface Announcement {
  readonly name: string;
  readonly advertiseClientUrls: readonly string[];
}

/**
 * Puts the member's name and client URLs into the log, unless they are there already: once a leader
 * is known, and again until it worked.
 *
 * @returns how to give up
 */
export function announce(
  member: EtcdMember,
  announcement: Announcement,
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
  const retry = setInterval(attempt, 1000);
  retry.unref();
  const stop = (): void => {
    unsubscribe();
    clearInterval(retry);
  };
  attempt();
  return stop;
}
