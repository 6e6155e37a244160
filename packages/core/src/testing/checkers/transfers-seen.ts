import type { CheckerFactory } from "./checker.ts";

/** A member says that leadership was handed over only when it follows the target, or is it. */
export const transfersSeen: CheckerFactory = (_evidence, violated) => ({
  name: "transfers-seen",
  transferred: ({ id, view }, target) => {
    const leader = view?.leader ?? null;
    if (leader === target) return;
    violated(`${id} says that ${target} took over, and follows ${leader ?? "nobody"}`);
  },
});
