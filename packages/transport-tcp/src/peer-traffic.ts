/** What has passed between a member and one of its peers: plain numbers, counted in the way of every frame. */
export class PeerTraffic {
  /** The group is told that the link is up. */
  isLinked = false;
  /** Of whole frames. */
  bytesSent = 0;
  bytesReceived = 0;
  /** Attempts to link that came to nothing, and links that were lost. */
  failures = 0;
  /** Links that were lost. */
  losses = 0;
}
