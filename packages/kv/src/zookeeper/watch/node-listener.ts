/** Is told by the state machine, while it applies, what becomes of nodes. */
export interface NodeListener {
  nodeCreated(path: string): void;
  nodeChanged(path: string): void;
  nodeDeleted(path: string): void;
}
