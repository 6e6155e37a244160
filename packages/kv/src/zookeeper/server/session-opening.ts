import { assert, type Index } from "@quorate/core";
import { encodeServerCommand, RequestEncoder, type Authority } from "../apply/index.ts";
import { PASSWORD_BYTES, type ConnectRequest, type Introduction } from "../codec/index.ts";
import type { Session } from "../session/index.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { isForReadingOnly } from "./read-only-mode.ts";

/** What a connection may do for its client. */
export type Attached =
  | {
      readonly kind: "full";
      readonly session: Session;
      readonly attachment: Index;
      readonly commands: RequestEncoder;
    }
  | { readonly kind: "readOnly"; readonly session: ClientSession };

/** A session, whether the log knows of it or not. */
export type ClientSession = Pick<Session, "id" | "timeoutMillis">;

/** What became of a client that asked for a session. */
export type Opening =
  | {
      readonly kind: "opened";
      readonly attached: Attached;
      readonly introduction: Introduction;
    }
  /** The session that it wants to go on with is no more, and it is told so. */
  | { readonly kind: "expired" }
  /** It hears nothing: another server may serve it. */
  | { readonly kind: "turnedAway"; readonly why: string };

/** Bytes that a request for a session counts as. */
const CONNECT_BYTES = 64;

/**
 * Opens a session, or takes one over; `done` is called once, within the call or later.
 *
 * @param authority - what the client may do, asked for when it has the session
 */
export function openSession(
  host: ConnectionHost,
  request: ConnectRequest,
  authority: () => Omit<Authority, "session">,
  done: (opening: Opening) => void,
): void {
  const { machine, service, stats, backlog } = host;
  stats.counts.connectRequests++;
  if (request.resume !== null) stats.counts.resumptions++;
  if (service === "none" || (service === "readOnly" && request.readOnly !== true)) {
    stats.counts.unserved++;
    return done({ kind: "turnedAway", why: "there is no leader" });
  }
  if (request.lastZxidSeen > machine.lastZxid) {
    const [seen, own] = [hex(request.lastZxidSeen), hex(machine.lastZxid)];
    const why = `it has seen zxid ${seen}, and this member only ${own}: another may serve it`;
    return done({ kind: "turnedAway", why });
  }
  if (service === "readOnly") return done(openReadOnly(host, request));
  const command = sessionCommand(host, request);
  if (command === null) return done({ kind: "expired" });
  backlog.add(CONNECT_BYTES);
  host.log.propose(command, (outcome) => {
    backlog.remove(CONNECT_BYTES);
    if (outcome.kind === "failed") {
      return done({ kind: "turnedAway", why: `it got no session: ${outcome.error.message}` });
    }
    const { result, index: attachment } = outcome;
    if (result.kind !== "attached") return done({ kind: "expired" });
    const session = machine.sessions.attached(attachment);
    assert(session !== null, "a session is there in the turn in which it was attached");
    const commands = new RequestEncoder(session.id, attachment, authority(), allocate);
    const attached = { kind: "full", session, attachment, commands } as const;
    done({ kind: "opened", attached, introduction: result.introduction });
  });
}

/** What the log is asked for; null when the session cannot exist. */
function sessionCommand(
  host: ConnectionHost,
  { resume, timeoutMillis: wanted }: ConnectRequest,
): Uint8Array | null {
  const { sid } = host;
  const timeoutMillis = host.negotiate(wanted);
  if (resume === null) {
    const password = host.newPassword();
    return encodeServerCommand({ kind: "openSession", sid, timeoutMillis, password });
  }
  const { session, password } = resume;
  if (session === null || password.length !== PASSWORD_BYTES) return null;
  return encodeServerCommand({ kind: "attachSession", session, timeoutMillis, password });
}

/** A session of the ensemble's own is left alone: only a leader knows whether it still is. */
function openReadOnly(
  host: ConnectionHost,
  { resume, timeoutMillis: wanted }: ConnectRequest,
): Opening {
  if (resume !== null) {
    const { session } = resume;
    // One that was for reading only ended with its connection; any other may be new to this member.
    if (session === null || isForReadingOnly(session)) return { kind: "expired" };
    return { kind: "turnedAway", why: "there is no leader to go on with its session" };
  }
  const id = host.newReadOnlySession();
  const timeoutMillis = host.negotiate(wanted);
  const password = host.newPassword();
  const attached = { kind: "readOnly", session: { id, timeoutMillis } } as const;
  return { kind: "opened", attached, introduction: { session: id, timeoutMillis, password } };
}

/** From a pool: each command is a small one. */
function allocate(bytes: number): Uint8Array {
  return Buffer.allocUnsafe(bytes);
}

function hex(zxid: number): string {
  return `0x${zxid.toString(16)}`;
}
