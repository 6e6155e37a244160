import type {
  History,
  RegisterInput,
  RegisterOutput,
  RegisterValue,
} from "../../../src/testing/linearizability/index.ts";
import { LoggedOperations } from "./logged-operations.ts";

/** One register's log: `INFO  jepsen.util - PROCESS<tab>:invoke|:ok|:fail|:info<tab>:read|:write|:cas<tab>VALUE`. */
export function parseJepsen(text: string): History<RegisterInput, RegisterOutput> {
  const operations = new LoggedOperations<RegisterInput, RegisterOutput>();
  for (const line of text.split("\n")) {
    const found = /^INFO\s+jepsen\.util - (\d+)\t:(\w+)\t:(\w+)\t(.*)$/.exec(line);
    if (found === null) {
      if (line.includes("jepsen.util")) throw new Error(`what does this mean? ${line}`);
      continue;
    }
    const [, client = "", type, kind = "", value = ""] = found;
    switch (type) {
      case "invoke":
        operations.invoke(client, inputOf(kind, value));
        break;
      case "ok":
        operations.answer(client, (input) => outputOf(input, value, true));
        break;
      case "fail":
        if (kind === "cas") operations.answer(client, (input) => outputOf(input, value, false));
        else operations.drop(client);
        break;
    }
  }
  return operations.finish();
}

function inputOf(kind: string, value: string): RegisterInput {
  const key = "register";
  if (kind === "read") return { kind, key };
  if (kind === "write") return { kind, key, value: valueOf(value) };
  const [from = "", to = ""] = value.slice(1, -1).split(" ");
  return { kind: "cas", key, from: valueOf(from), to: valueOf(to) };
}

function outputOf(input: RegisterInput, value: string, ok: boolean): RegisterOutput {
  switch (input.kind) {
    case "read":
      return { kind: "read", value: valueOf(value) };
    case "write":
      return { kind: "written" };
    case "cas":
      return { kind: "cas", swapped: ok };
  }
}

function valueOf(text: string): RegisterValue {
  return text === "nil" ? null : Number(text);
}
