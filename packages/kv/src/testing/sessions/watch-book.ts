import {
  REFUSED,
  type EventType,
  type Watch,
  type ZnodeRequest,
  type ZnodeResult,
} from "./facts.ts";

/** A client's own list of the watches that it has left and has not been told of. */
export class WatchBook<Note> {
  readonly #armed = new Map<string, { readonly watch: Watch; readonly note: Note }>();

  get all(): readonly { readonly watch: Watch; readonly note: Note }[] {
    return [...this.#armed.values()];
  }

  /** A watch that is left again is the same watch. Its first note stays. */
  arm(watch: Watch, note: Note): Note {
    const key = keyOf(watch);
    const armed = this.#armed.get(key);
    if (armed !== undefined) return armed.note;
    this.#armed.set(key, { watch, note });
    return note;
  }

  /** The notes of the watches that fire with an event, and are gone. */
  fire(event: EventType, path: string): readonly Note[] {
    return FIRED[event].flatMap((kind) => this.drop({ kind, path }));
  }

  /** The note of a watch that is forgotten; nothing where there is none. */
  drop(watch: Watch): readonly Note[] {
    const armed = this.#armed.get(keyOf(watch));
    this.#armed.delete(keyOf(watch));
    return armed === undefined ? [] : [armed.note];
  }

  /** All notes; no watch is left. */
  clear(): readonly Note[] {
    const notes = this.all.map(({ note }) => note);
    this.#armed.clear();
    return notes;
  }
}

const FIRED = {
  created: ["exist", "data"],
  "data changed": ["exist", "data"],
  deleted: ["exist", "data", "children"],
  "children changed": ["children"],
} as const satisfies Record<EventType, readonly Watch["kind"][]>;

/** The watch that a request has left, now that it was answered; null: none. */
export function watchLeftBy(request: ZnodeRequest, result: ZnodeResult): Watch | null {
  if (!("watch" in request) || !request.watch) return null;
  const { kind, path } = request;
  if (result.kind === "refused") {
    const isLeft = kind === "exists" && result.code === REFUSED.noNode;
    return isLeft ? { kind: "exist", path } : null;
  }
  return { kind: kind === "children" ? "children" : "data", path };
}

function keyOf({ kind, path }: Watch): string {
  return `${kind} ${path}`;
}
