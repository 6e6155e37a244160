import { createColors } from "picocolors";
import { levelWord } from "../log/console-line.ts";
import { readLogRecord, type LogRecord } from "../log/log-record.ts";
import type { Output } from "../terminal/terminal.ts";
import type { DevService } from "./dev-service.ts";
import type { DevMember } from "./dev-state.ts";

/** What `quorate dev` says; members' logs are shown only where they matter. */
export class DevOutput {
  readonly #out: Output;
  readonly #json: boolean;
  #announcedTerm = 0;

  constructor(out: Output, json: boolean) {
    this.#out = out;
    this.#json = json;
  }

  /** Something that `dev` itself did or saw. */
  event(event: string, text: string, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.#json) this.#out.write(`${JSON.stringify({ event, text, ...fields })}\n`);
    else this.#out.write(`${text}\n`);
  }

  /** One line of a member's log: changes of leader, once each, and whatever is a warning or worse. */
  memberLine(members: readonly DevMember[], name: string, line: string): void {
    const record = readLogRecord(line);
    if (record?.fields["event"] === "leader") this.#leader(record);
    if (record && (record.level === "debug" || record.level === "info")) return;
    if (this.#json) {
      this.event("log", record?.text ?? line, { member: name, level: record?.level ?? "unknown" });
      return;
    }
    const text = record ? `${levelWord(record, this.#out.colours)} ${describe(record)}` : line;
    this.#out.write(`${this.#prefix(members, name)} ${text}\n`);
  }

  #leader({ fields }: LogRecord): void {
    const { term, leader } = fields;
    // Every member reports the same change; the first report of a term is enough.
    if (typeof term !== "number" || typeof leader !== "string" || term <= this.#announcedTerm)
      return;
    this.#announcedTerm = term;
    this.event("leader", `${leader} leads (term ${term})`, { leader, term });
  }

  #prefix(members: readonly DevMember[], name: string): string {
    const { cyan, magenta, blue, green, yellow } = createColors(this.#out.colours);
    const colours = [cyan, magenta, blue, green, yellow];
    const place = members.findIndex((member) => member.name === name);
    const colour = colours[Math.max(0, place) % colours.length] ?? cyan;
    return `${colour(name)} │`;
  }
}

function describe({ text, fields }: LogRecord): string {
  const details = Object.entries(fields).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return [text, ...details].join(" ");
}

/** What to print once everybody is ready: where they are, and what to type next. */
export function readyText(
  service: DevService,
  members: readonly DevMember[],
  leader: string | null,
  dataDir: string,
): string {
  const rows = members.map(
    (member) =>
      `  ${member.name}   ${service.address(member)}   pid ${member.pid ?? "-"}${member.name === leader ? "   leads" : ""}`,
  );
  const victim = members.find((member) => member.name === leader) ?? members[0];
  const fate =
    members.length === 1
      ? "it dies and comes back"
      : "the leader dies; the others go on, and it comes back";
  return `
${members.length === 1 ? "1 member is" : `${members.length} members are`} ready. Data and logs: ${dataDir}

${rows.join("\n")}

Type in another terminal:

${service
  .suggestions(members)
  .map((line) => `  ${line}`)
  .join("\n")}
  kill -9 ${victim?.pid ?? "PID"}        # ${fate}

Ctrl-C stops all members; the data stays. \`rm -r ${dataDir}\` begins afresh.
`;
}
