/**
 * What a test does that wants to see a program through a broken network: three members in its own
 * process, whose time passes only when the test says so. Nobody waits, and every run is the same.
 */
import { EtcdError, startEnsemble, type EnsembleMember } from "@quorate/kv";

const ensemble = await startEnsemble({ clock: "manual", seed: 1 });
const leader = await ensemble.untilLed();
const others = ensemble.members.filter((member) => member !== leader);
await leader.client().put("colour", "red");

ensemble.partition([[leader], others]);
try {
  // An answer that takes time: it is let pass until there is one.
  await ensemble.until(leader.client().put("colour", "blue"));
} catch (error) {
  if (!(error instanceof EtcdError)) throw error;
  console.log(`cut off: ${error.message}, maybe applied: ${error.maybeApplied}`);
}

const next = await ensemble.untilLed();
await next.client().put("colour", "green");
await show("in two parts");

ensemble.heal();
await ensemble.advance(2000);
await show("healed");

leader.crash();
await leader.restart();
await ensemble.advance(2000);
await show("after a crash");
await ensemble.close();

/** What each member has, whether it is up to date or not. */
async function show(when: string): Promise<void> {
  const colour = async (member: EnsembleMember): Promise<string> =>
    (await member.client().get("colour", { serializable: true }))?.text ?? "nothing";
  console.log(`${when}: ${(await Promise.all([leader, ...others].map(colour))).join(", ")}`);
}
// → cut off: no answer in time, maybe applied: true
// → in two parts: red, green, green
// → healed: green, green, green
// → after a crash: green, green, green
