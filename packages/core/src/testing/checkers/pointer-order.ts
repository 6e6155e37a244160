import type { CheckerFactory } from "./checker.ts";

/** `applied <= commit <= last`, and the log begins no later than behind what is committed. */
export const pointerOrder: CheckerFactory = (_evidence, violated) => ({
  name: "pointer-order",
  viewed: ({ id, log }, { applied, commit, first, last }) => {
    if (applied <= commit && commit <= last && first - 1 <= commit && last === log.lastIndex)
      return;
    violated(
      `${id}: applied ${applied}, commit ${commit}, log ${first}..${last}, written through ${log.lastIndex}`,
    );
  },
});
