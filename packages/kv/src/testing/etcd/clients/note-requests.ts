import { etcdKeyModel } from "@quorate/core/testing/linearizability";
import type { Journal } from "../../journal.ts";
import type { KeyHistoryListener } from "./key-history.ts";

/** Writes into the journal what clients ask and are told. */
export function noteRequests(journal: Journal): KeyHistoryListener {
  const describe: typeof etcdKeyModel.describe = (request, answer) =>
    etcdKeyModel.describe(request, answer);
  return {
    asked: (name, request) => journal.note(name, "asks", describe(request, null)),
    answered: (name, request, answer) => {
      journal.counts.acknowledged++;
      journal.note(name, "is answered", describe(request, answer));
    },
    failed: (name, request, { code, message }) =>
      journal.note(name, "fails", `${describe(request, null)}: ${code} ${message}`),
  };
}
