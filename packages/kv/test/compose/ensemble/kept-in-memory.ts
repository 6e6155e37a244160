import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How many of so many objects that were made, and are needed by nobody any more, are still in memory. */
export async function keptInMemory(count: number, make: () => Promise<object>): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const made: WeakRef<object>[] = [];
  for (let i = 0; i < count; i++) made.push(new WeakRef(await make()));
  await new Promise((done) => setImmediate(done));
  collect();
  return made.filter((one) => one.deref() !== undefined).length;
}
