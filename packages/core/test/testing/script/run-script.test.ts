import { describe, expect, test } from "vitest";
import { runScript, ScriptError } from "../../../src/testing/script/index.ts";
import { loneProtocol, type Flaw } from "../sim/lone-protocol.ts";

function run(text: string, flaw: Flaw | null = null): string {
  return runScript({ protocol: loneProtocol(flaw), name: "a.txt", text });
}

const SCRIPT = `# One member.

cluster members=1
run until leader

# It writes,
# twice.
propose n1 x=5..6
propose n1 y=7
run until answered showing applies
read n1 x
run until answered
show
`;

const PRINTED = `# One member.

cluster members=1
run until leader
----
n1 leads term 1

# It writes,
# twice.
propose n1 x=5..6
propose n1 y=7
run until answered showing applies
read n1 x
run until answered
show
----
n1 applies 1/2 x=5
n1 answers: x=5 is written
n1 applies 1/3 x=6
n1 answers: x=6 is written
n1 applies 1/4 y=7
n1 answers: y=7 is written
n1 answers: x is 6
n1: leader, term 1, log 1/1-4, committed 4
`;

describe("a script", () => {
  test("is printed with what came of it", () => {
    expect(run(SCRIPT)).toBe(PRINTED);
  });

  test("is printed the same the next time, whatever stood in its transcripts", () => {
    expect(run(PRINTED)).toBe(PRINTED);
    expect(run(PRINTED.replace("n1 leads term 1", "something else\nand more"))).toBe(PRINTED);
  });

  test("shows the disk, the time, or nothing, as it is told", () => {
    const shown = (detail: string): string[] =>
      run(`cluster members=1\nrun until leader ${detail}`).split("\n").slice(3, -1);
    expect(shown("quiet")).toEqual([]);
    expect(shown("showing times")).toEqual(["    25 ms  n1 leads term 1"]);
    expect(shown("showing disk")).toEqual([
      "n1 leads term 1",
      "n1 writes: term 1",
      "n1 writes: 1/1",
      "n1 has on disk: term 1",
      "n1 has on disk: 1/1",
    ]);
  });

  test("crashes, starts again and says what was lost with a process", () => {
    const printed = run(`cluster members=1 down=n1
start n1
run until leader quiet
stall-disk n1
propose n1 x=1
run 10ms showing disk
crash n1
show
restart n1
run until n1 term>=2`);
    expect(printed.split("\n").slice(11, -1)).toEqual([
      "n1 writes: 1/2",
      "n1 is gone before it says what became of x=1",
      "n1: down, term 1, log 1/1",
      "n1 starts again",
      "n1 leads term 2",
    ]);
  });

  test("asks for leadership to be handed over, and tells what became of it", () => {
    const printed = run(`cluster members=1 down=n1
start n1
run until leader quiet
transfer n1 n1
run until answered
transfer n1 n1
crash n1
run 1ms`);
    expect(printed.split("\n").slice(9, -1)).toEqual([
      "n1 answers: n1 leads",
      "n1 is gone before it says whether n1 leads",
    ]);
  });
});

describe("what cannot be carried out is said with file and line", () => {
  const cluster = "# for people\ncluster members=1\n";

  test.each([
    ["jump n1", "a.txt:3: jump: there is no such command; known: limits cluster"],
    ["crash n7", "a.txt:3: there is no member n7; there are n1"],
    ["crash", "a.txt:3: crash: a member is missing"],
    ["heal n1", 'a.txt:3: heal: "n1" is too much'],
    ["run", "a.txt:3: run: a time is missing"],
    ["run fast", 'a.txt:3: run: "fast" is no time; write 500ms or 10s'],
    ["run 1s showing colours", 'a.txt:3: run: "colours" is no topic; known: messages'],
    ["run 1s quiet please", 'a.txt:3: run: "please" is too much'],
    ["run until n1 sleeps", 'a.txt:3: run: "n1 sleeps" is no condition; write n1 fact=value'],
    ["run until n1 mood=good", "a.txt:3: there is no fact mood; known: disk role"],
    ["run until n2 role=leader", "a.txt:3: there is no member n2"],
    ["run until n1 term>=9", "a.txt:3: it did not come to that within 10 s"],
    ["propose n1 x", 'a.txt:3: propose: "x" is not of the form name=value'],
    ["propose n1 x=1..", 'a.txt:3: propose: "1.." is no value; write 5 or 5..9'],
    ["propose n1 x=1\npropose n1 x=1", "a.txt:4: 1 was written before"],
    ["read n1 x=1", 'a.txt:3: read: "x=1" is no name of a register'],
    ["start n1", "a.txt:3: n1 is up"],
    ["crash n1\nstart n1", "a.txt:4: n1 has run before: restart it"],
    ["crash n1\ncrash n1", "a.txt:4: n1 is down"],
    ["crash n1\npropose n1 x=1", "a.txt:4: n1 is not up"],
    ["transfer n1", "a.txt:3: transfer: a member is missing"],
    ["transfer n1 n2", "a.txt:3: there is no member n2"],
    ["crash n1\ntransfer n1 n1", "a.txt:4: n1 is not up"],
    ["limits size=1", "a.txt:3: limits come before the cluster"],
    ["cluster members=1", "a.txt:3: a script has one cluster"],
    ["run 1ms\n----\n\n----", "a.txt:6: ---- stands behind no command"],
  ])("%j", (commands, message) => {
    const text = `${cluster}${commands}\n`;
    expect(() => run(text)).toThrow(ScriptError);
    expect(() => run(text)).toThrow(message);
  });

  test.each([
    ["show", "a.txt:1: there is no cluster yet"],
    ["limits size=1", "a.txt:1: there is no limit size; known: "],
    ["limits size=big", 'a.txt:1: limits: size is a number, not "big"'],
    ["cluster colour=1", "a.txt:1: cluster: there is no setting colour; known: members"],
    ["cluster members=1 down=n2", "a.txt:1: there is no member n2"],
    ["cluster members=1 down=n1\nrestart n1", "a.txt:2: n1 has never run: start it"],
    ["cluster members=2 weights=n1", "a.txt:1: cluster: the weight of n1 is a number"],
  ])("%j, without a cluster before", (text, message) => {
    expect(() => run(text)).toThrow(message);
  });

  test("a broken invariant, with what was printed and how the members stand", () => {
    const text = "cluster members=1\nrun 1s showing disk\n";
    const lines = [
      "a.txt:2: leader-completeness is broken: n1",
      "n1 writes: term 1",
      "----",
      "n1: leader, term 1, log 1/1",
    ];
    for (const line of lines) expect(() => run(text, "commits before the disk")).toThrow(line);
  });
});
