/** Why a connection failed, for people. */
export function socketReason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED") return "connection refused, nothing listens there";
  // Several addresses of one name fail as an AggregateError, whose own message is empty.
  return thrown.message || code || thrown.name;
}
