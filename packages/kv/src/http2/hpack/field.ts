/** What a header field is to a server, so that requests are checked without comparing names. */
export const ROLE = {
  regular: 0,
  method: 1,
  scheme: 2,
  path: 3,
  authority: 4,
  contentLength: 5,
  /** Makes a request malformed wherever it stands (RFC 9113 §8.2, §8.3). */
  forbidden: 6,
} as const;

export type Role = (typeof ROLE)[keyof typeof ROLE];

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  [":method", ROLE.method],
  [":scheme", ROLE.scheme],
  [":path", ROLE.path],
  [":authority", ROLE.authority],
  ["content-length", ROLE.contentLength],
  ["connection", ROLE.forbidden],
  ["proxy-connection", ROLE.forbidden],
  ["keep-alive", ROLE.forbidden],
  ["transfer-encoding", ROLE.forbidden],
  ["upgrade", ROLE.forbidden],
]);

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
// oxlint-disable-next-line no-control-regex -- these are what must not be there
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/;

/** A header field, checked once where it is decoded. */
export class Field {
  readonly name: string;
  /** Bytes as characters. */
  readonly value: string;
  /** What it counts for in tables and lists (RFC 7541 §4.1). */
  readonly size: number;
  readonly role: Role;

  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + 32;
    this.role = roleOf(name, value);
  }
}

function roleOf(name: string, value: string): Role {
  if (BAD_VALUE.test(value)) return ROLE.forbidden;
  const role = ROLES.get(name);
  if (role !== undefined) return role;
  if (name === "te") return value === "trailers" ? ROLE.regular : ROLE.forbidden;
  return NAME.test(name) ? ROLE.regular : ROLE.forbidden;
}
