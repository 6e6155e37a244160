import { createColors } from "picocolors";
import { levelWord } from "../log/console-line.ts";
import { readLogRecord, type LogRecord } from "../log/log-record.ts";
import type { Output } from "../terminal/terminal.ts";
import type { DevLeaders } from "./dev-cluster.ts";
import type { DevServiceName } from "./dev-service-name.ts";
import { seatsOf, type DevMember } from "./dev-state.ts";
import { serviceOf, servicesOf } from "./services.ts";

/** What `quorate dev` says; members' logs are shown only where they matter. */
export class DevOutput {
  readonly #out: Output;
  readonly #json: boolean;
  readonly #announcedTerms = new Map<DevServiceName, number>();

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
    if (record?.fields["event"] === "leader") this.#leader(members, record);
    if (record && (record.level === "debug" || record.level === "info")) return;
    if (this.#json) {
      this.event("log", record?.text ?? line, { member: name, level: record?.level ?? "unknown" });
      return;
    }
    const text = record ? `${levelWord(record, this.#out.colours)} ${describe(record)}` : line;
    this.#out.write(`${this.#prefix(members, name)} ${text}\n`);
  }

  #leader(members: readonly DevMember[], { fields }: LogRecord): void {
    const { term, leader } = fields;
    if (typeof term !== "number" || typeof leader !== "string") return;
    const { service, name } = whoLeads(leader, members);
    // Every member reports the same change; the first report of a term is enough.
    if (term <= (this.#announcedTerms.get(service) ?? 0)) return;
    this.#announcedTerms.set(service, term);
    const what = servicesOf({ members }).length === 1 ? "" : ` ${serviceOf(service).title}`;
    this.event("leader", `${name} leads${what} (term ${term})`, { service, leader: name, term });
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

/** Servers of an ensemble are known to each other by their numbers. */
function whoLeads(
  leader: string,
  members: readonly DevMember[],
): { readonly service: DevServiceName; readonly name: string } {
  const number = /^server (\d+)$/.exec(leader)?.[1];
  if (number === undefined) return { service: "etcd", name: leader };
  const seat = seatsOf({ members }, "zookeeper").find((each) => each.number === Number(number));
  return { service: "zookeeper", name: seat?.name ?? leader };
}

/** What to print once everybody is ready: where they are, and what to type next. */
export function readyText(
  members: readonly DevMember[],
  leaders: DevLeaders,
  dataDir: string,
): string {
  const services = servicesOf({ members });
  const suggestions = services.flatMap((service) =>
    service.suggestions(seatsOf({ members }, service.name)),
  );
  const victim = members.find(({ name }) => Object.values(leaders).includes(name)) ?? members[0];
  const fate =
    members.length === 1
      ? "it dies and comes back"
      : "the leader dies; the others go on, and it comes back";
  return `
${members.length === 1 ? "1 member is" : `${members.length} members are`} ready. Data and logs: ${dataDir}

${members.map((member) => memberRow(member, leaders)).join("\n")}

Type in another terminal:

${suggestions.map((line) => `  ${line}`).join("\n")}
  kill -9 ${victim?.pid ?? "PID"}        # ${fate}

Ctrl-C stops all members; the data stays. \`rm -r ${dataDir}\` begins afresh.
`;
}

function memberRow(member: DevMember, leaders: DevLeaders): string {
  const services = servicesOf({ members: [member] });
  const addresses = services.flatMap((service) =>
    seatsOf({ members: [member] }, service.name).map((seat) => service.address(seat)),
  );
  const led = services.filter(({ name }) => leaders[name] === member.name);
  const what = services.length === 1 ? "" : ` ${led.map(({ title }) => title).join(" and ")}`;
  const leads = led.length === 0 ? [] : [`leads${what}`];
  return `  ${[member.name, ...addresses, `pid ${member.pid ?? "-"}`, ...leads].join("   ")}`;
}
