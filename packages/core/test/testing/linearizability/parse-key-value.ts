import type {
  History,
  KeyValueInput,
  KeyValueOutput,
} from "../../../src/testing/linearizability/index.ts";
import { LoggedOperations } from "./logged-operations.ts";

/** `{:process P, :type :invoke|:ok, :f :get|:put|:append, :key K, :value V}`, one to a line. */
export function parseKeyValue(text: string): History<KeyValueInput, KeyValueOutput> {
  const operations = new LoggedOperations<KeyValueInput, KeyValueOutput>();
  for (const line of text.split("\n").filter((each) => each !== "")) {
    const found =
      /^\{:process (\d+), :type :(\w+), :f :(\w+), :key "(.*)", :value (?:nil|"(.*)")\}$/.exec(
        line,
      );
    if (found === null) throw new Error(`what does this mean? ${line}`);
    const [, client = "", type, kind, key = "", value = ""] = found;
    if (type === "ok") {
      operations.answer(client, (input) =>
        input.kind === "get" ? { kind: "value", value } : { kind: "done" },
      );
    } else if (kind === "get") operations.invoke(client, { kind, key });
    else if (kind === "put" || kind === "append") operations.invoke(client, { kind, key, value });
  }
  return operations.finish();
}
