import { neededPermission, type Operation } from "./operation.ts";

/** ZooKeeper's names of its error codes. */
const NAMES: Readonly<Record<number, string>> = {
  [-1]: "SYSTEMERROR",
  [-2]: "RUNTIMEINCONSISTENCY",
  [-3]: "DATAINCONSISTENCY",
  [-5]: "MARSHALLINGERROR",
  [-6]: "UNIMPLEMENTED",
  [-7]: "OPERATIONTIMEOUT",
  [-8]: "BADARGUMENTS",
  [-12]: "UNKNOWNSESSION",
  [-13]: "NEWCONFIGNOQUORUM",
  [-14]: "RECONFIGINPROGRESS",
  [-100]: "APIERROR",
  [-101]: "NONODE",
  [-102]: "NOAUTH",
  [-103]: "BADVERSION",
  [-108]: "NOCHILDRENFOREPHEMERALS",
  [-110]: "NODEEXISTS",
  [-111]: "NOTEMPTY",
  [-112]: "SESSIONEXPIRED",
  [-113]: "INVALIDCALLBACK",
  [-114]: "INVALIDACL",
  [-115]: "AUTHFAILED",
  [-118]: "SESSIONMOVED",
  [-119]: "NOTREADONLY",
  [-120]: "EPHEMERALONLOCALSESSION",
  [-121]: "NOWATCHER",
  [-123]: "RECONFIGDISABLED",
  [-124]: "SESSIONCLOSEDREQUIRESASLAUTH",
  [-125]: "QUOTAEXCEEDED",
  [-127]: "THROTTLEDOP",
};

/** What a code means to whoever asked, where it does not depend on what was asked. */
const MEANINGS: Readonly<Record<string, string>> = {
  BADVERSION: "it has another version by now",
  NODEEXISTS: "there is such a node already",
  NOCHILDRENFOREPHEMERALS: "its parent is ephemeral, and so can have no children",
  INVALIDACL:
    "the server does not take that access list: does --auth authenticate by what it names?",
  QUOTAEXCEEDED: "a quota above it would be exceeded",
  SESSIONEXPIRED: "the session has expired",
  SESSIONCLOSEDREQUIRESASLAUTH: "the server serves only who authenticates with SASL",
  SESSIONMOVED: "another server has the session now: try again",
  THROTTLEDOP: "the server has too much to do: try again",
};

function meaningOf(name: string, operation: Operation): string {
  switch (name) {
    case "NOAUTH":
      return `it needs ${neededPermission(operation)}: authenticate with --auth as somebody who has it`;
    case "NONODE":
      return isCreate(operation) ? "its parent does not exist" : "there is no such node";
    case "NOTEMPTY":
      return operation.kind === "deleteTree"
        ? "it gets new children again and again"
        : "it has children: --recursive deletes them too";
    case "BADARGUMENTS":
      return operation.kind === "delete"
        ? "the server keeps it for itself"
        : "the server does not take such a path or argument";
    case "UNIMPLEMENTED":
      return unimplemented(operation);
    default:
      return MEANINGS[name] ?? "the server refused";
  }
}

function isCreate({ kind }: Operation): boolean {
  return kind === "create" || kind === "createTtl";
}

function unimplemented({ kind }: Operation): string {
  switch (kind) {
    case "createTtl":
      return "the server has TTL nodes switched off: they need extendedTypesEnabled=true in its zoo.cfg";
    case "watch":
      return "the server knows no watches that stay: use --data, --exists or --children";
    default:
      return "the server does not know such a request";
  }
}

/** A request that a server answered with an error, or that got no answer. */
export class ZooKeeperError extends Error {
  override readonly name = "ZooKeeperError";
  /** ZooKeeper's name for it; `CONNECTIONLOSS` where no answer came. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** What a server answered. */
  static answered(code: number, operation: Operation): ZooKeeperError {
    const name = NAMES[code] ?? `error ${code}`;
    return ZooKeeperError.of(name, `${operation.path}: ${meaningOf(name, operation)}`);
  }

  /** A server did not take credentials. */
  static refusedAuth(scheme: string, code: number): ZooKeeperError {
    const name = NAMES[code] ?? `error ${code}`;
    return ZooKeeperError.of(name, `the server does not take --auth ${scheme}:…`);
  }

  /** A write got no answer. */
  static inDoubt({ message, cause }: ZooKeeperError): ZooKeeperError {
    const doubt = "whether it was written is not known: read the node before you try again";
    return ZooKeeperError.lost(`${message} (${doubt})`, cause);
  }

  static of(code: string, message: string): ZooKeeperError {
    return new ZooKeeperError(code, `${message} (${code})`);
  }

  /** No answer came, for the reason that the message gives. */
  static lost(message: string, cause?: unknown): ZooKeeperError {
    return new ZooKeeperError("CONNECTIONLOSS", message, { cause });
  }

  /** Whether another server might answer. */
  get isLoss(): boolean {
    return this.code === "CONNECTIONLOSS";
  }
}

/** Whether no answer came. */
export function isLoss(thrown: unknown): thrown is ZooKeeperError {
  return thrown instanceof ZooKeeperError && thrown.isLoss;
}
