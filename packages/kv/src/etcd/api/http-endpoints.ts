import {
  failed,
  JSON_TYPE,
  TEXT_TYPE,
  type Endpoint,
  type Endpoints,
  type HttpAnswer,
} from "../../http/index.ts";
import { CLUSTER_VERSION, SERVER_VERSION } from "../version.ts";
import { checkNames, type CheckedEndpoint, type HealthChecks } from "./health-checks.ts";

/** `/health`, `/livez` and `/readyz`, and each of their checks by itself. */
export function healthEndpoints(checks: HealthChecks): Endpoints {
  return new Map<string, Endpoint>([
    ["/health", (parameters) => health(checks, parameters)],
    ...checkedEndpoints(checks, "livez"),
    ...checkedEndpoints(checks, "readyz"),
  ]);
}

/** `/version`. */
export function versionEndpoints(): Endpoints {
  const version = JSON.stringify({ etcdserver: SERVER_VERSION, etcdcluster: CLUSTER_VERSION });
  const answer = { status: 200, type: JSON_TYPE, body: version };
  return new Map([["/version", () => Promise.resolve(answer)]]);
}

async function health(checks: HealthChecks, parameters: URLSearchParams): Promise<HttpAnswer> {
  const serializable = parameters.get("serializable") === "true";
  const reason = await checks.health(new Set(parameters.getAll("exclude")), serializable);
  const body = JSON.stringify({ health: String(reason === null), reason: reason ?? "" });
  return reason === null ? { status: 200, type: TEXT_TYPE, body } : failed(503, body);
}

function checkedEndpoints(
  checks: HealthChecks,
  kind: CheckedEndpoint,
): readonly (readonly [string, Endpoint])[] {
  const names = checkNames(kind);
  const all: Endpoint = (parameters) => {
    const excluded = parameters.getAll("exclude");
    const wanted = names.filter((name) => !excluded.includes(name));
    return check(checks, kind, wanted, parameters);
  };
  const each = names.map((name): readonly [string, Endpoint] => [
    `/${kind}/${name}`,
    (parameters) => check(checks, kind, [name], parameters),
  ]);
  return [[`/${kind}`, all], ...each];
}

/** Says what is wrong in any case, and what is right when asked. */
async function check(
  checks: HealthChecks,
  kind: CheckedEndpoint,
  names: readonly string[],
  parameters: URLSearchParams,
): Promise<HttpAnswer> {
  const { passed, lines } = await checks.run(kind, names);
  const report = lines.map((line) => `${line}\n`).join("");
  if (!passed) return failed(503, report);
  return { status: 200, type: TEXT_TYPE, body: `${parameters.has("verbose") ? report : ""}ok\n` };
}
