/** What a field holds. */
export type FieldType =
  | { readonly kind: "bytes" | "string" | "bool" }
  /** `int64`, `uint64` and the like: on the wire they are all the same. */
  | { readonly kind: "integer"; readonly signed: boolean }
  | { readonly kind: "enum"; readonly values: number }
  | { readonly kind: "message"; readonly message: string };

/** One field of a message. */
export interface Field {
  readonly number: number;
  readonly name: string;
  readonly type: FieldType;
  readonly repeated: boolean;
  /** The name of the choice that it is an alternative of; null: it stands for itself. */
  readonly choice: string | null;
}

/** Messages by name. */
export type MessageTable = ReadonlyMap<string, readonly Field[]>;

/** How many values each enumeration has, from 0 on. */
const ENUMS: Readonly<Record<string, number>> = {
  SortOrder: 3,
  SortTarget: 5,
  CompareResult: 4,
  CompareTarget: 5,
  FilterType: 2,
  AlarmAction: 3,
  AlarmType: 3,
  DowngradeAction: 3,
  PermissionType: 3,
  EventType: 2,
};

const FIELD =
  /^(?<number>\d+) (?<name>\w+):(?<repeated>\[\])?(?<type>\w+)(?: \((?<choice>\w+)\))?$/;

/**
 * Reads a table: for each message its fields as `1 key:bytes; 2 kvs:[]KeyValue`, an alternative with
 * the name of its choice in brackets behind it.
 */
export function readTable(table: Readonly<Record<string, string>>): MessageTable {
  return new Map(
    Object.entries(table).map(([message, fields]) => [
      message,
      fields === "" ? [] : fields.split("; ").map((text) => readField(message, text)),
    ]),
  );
}

function readField(message: string, text: string): Field {
  const parts = FIELD.exec(text)?.groups;
  if (parts === undefined) throw new Error(`${message} has a field that is none: ${text}`);
  const { number, name = "", repeated, type = "", choice = null } = parts;
  return {
    number: Number(number),
    name,
    type: typeOf(type),
    repeated: repeated !== undefined,
    choice,
  };
}

function typeOf(name: string): FieldType {
  if (name === "bytes" || name === "string" || name === "bool") return { kind: name };
  if (name === "int64") return { kind: "integer", signed: true };
  if (name === "uint64" || name === "uint32") return { kind: "integer", signed: false };
  const values = ENUMS[name];
  return values === undefined ? { kind: "message", message: name } : { kind: "enum", values };
}

/** A message's fields. */
export function fieldsIn(table: MessageTable, message: string): readonly Field[] {
  const fields = table.get(message);
  if (fields === undefined) throw new Error(`no table has a message ${message}`);
  return fields;
}
