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

/** What each code that a read can meet means to whoever asked. */
const MEANINGS: Readonly<Record<string, string>> = {
  NONODE: "there is no such node",
  NOAUTH: "its access list does not let everybody read it",
  BADARGUMENTS: "the server takes it for no path",
  SESSIONCLOSEDREQUIRESASLAUTH: "the server serves only who authenticates with SASL",
  SESSIONMOVED: "another server has the session now: try again",
  THROTTLEDOP: "the server has too much to do: try again",
};

/** A request that a server answered with an error, or that got no answer. */
export class ZooKeeperError extends Error {
  override readonly name = "ZooKeeperError";
  /** ZooKeeper's name for it; `CONNECTIONLOSS` where no answer came. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** What a server answered to a request about the path. */
  static answered(code: number, path: string): ZooKeeperError {
    const name = NAMES[code] ?? `error ${code}`;
    return new ZooKeeperError(name, `${path}: ${MEANINGS[name] ?? "the server refused"} (${name})`);
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
