/** What keeps this process alive, without what the runner of the tests needs. */
export function resources(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => ["TCPServerWrap", "TCPSocketWrap", "Timeout", "Immediate"].includes(name));
}
