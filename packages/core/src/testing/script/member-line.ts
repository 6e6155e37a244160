import type { Position } from "../../position.ts";
import { formatPositions } from "../sim/format-positions.ts";
import type { ProtocolWords } from "../sim/protocol-words.ts";
import type { SimMember } from "../sim/sim-member.ts";

/** What `show` prints of one member: what it is, what its log holds, and its disk where that differs. */
export function memberLine<Message>(
  { id, witness }: SimMember<Message>,
  isPaused: boolean,
  words: ProtocolWords<Message>,
): string {
  const { view, log, durableLog, durableSnapshots } = witness;
  const stands = durableSnapshots.current?.meta.position.index;
  const snapshot = stands === undefined ? [] : [`snapshot at ${stands}`];
  const onDisk = formatPositions(durableLog.entries);
  if (view === null) {
    const { hardState } = durableLog;
    const saved = hardState === null ? [] : [words.hardState(hardState)];
    return `${id}: ${["down", ...saved, ...snapshot, `log ${onDisk}`].join(", ")}`;
  }
  const entries: Position[] = [];
  for (let { first: index } = view; index <= log.lastIndex; index++) {
    entries.push({ index, term: log.termAt(index) ?? 0 });
  }
  const inMemory = formatPositions(entries);
  const facts = [...(isPaused ? ["paused"] : []), words.member(view), ...snapshot];
  facts.push(`log ${inMemory}`);
  if (onDisk !== inMemory) facts.push(`on disk ${onDisk}`);
  facts.push(`committed ${view.commit}`);
  if (view.applied !== view.commit) facts.push(`applied ${view.applied}`);
  return `${id}: ${facts.join(", ")}`;
}
