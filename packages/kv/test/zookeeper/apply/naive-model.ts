import { ERROR, type Stat } from "../../../src/zookeeper/codec/index.ts";

interface Node {
  data: string | null;
  created: { zxid: number; time: number };
  modified: { zxid: number; time: number };
  childrenModified: { zxid: number; time: number };
  version: number;
  creations: number;
}

type Stamp = { zxid: number; time: number };

/** The semantics of the tree written down as plainly as possible: one flat map, everything searched. */
export class NaiveModel {
  readonly #nodes = new Map<string, Node>();

  constructor() {
    const never = { zxid: 0, time: 0 };
    for (const path of ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"]) {
      this.#nodes.set(path, fresh("", never));
    }
  }

  get paths(): string[] {
    return [...this.#nodes.keys()].sort();
  }

  create(path: string, data: string | null, sequential: boolean, at: Stamp): string | number {
    const parent = this.#nodes.get(parentOf(path));
    if (parent === undefined) return ERROR.noNode;
    if (parentOf(path) === "/zookeeper/config") return ERROR.noAuth;
    const name = sequential ? path + `0000000000${parent.creations}`.slice(-10) : path;
    if (this.#nodes.has(name)) return ERROR.nodeExists;
    parent.creations++;
    parent.childrenModified = at;
    this.#nodes.set(name, fresh(data, at));
    return name;
  }

  setData(path: string, data: string | null, version: number, at: Stamp): Stat | number {
    const node = this.#nodes.get(path);
    if (node === undefined) return ERROR.noNode;
    if (path === "/zookeeper/config") return ERROR.noAuth;
    if (version !== -1 && version !== node.version) return ERROR.badVersion;
    node.data = data;
    node.version++;
    node.modified = at;
    return this.stat(path);
  }

  delete(path: string, version: number, at: Stamp): number {
    if (path === "/" || /^\/zookeeper(\/quota|\/config)?$/.test(path)) return ERROR.badArguments;
    if (parentOf(path) === "/zookeeper/config") return ERROR.noAuth;
    const node = this.#nodes.get(path);
    if (node === undefined) return ERROR.noNode;
    if (version !== -1 && version !== node.version) return ERROR.badVersion;
    if (this.children(path).length > 0) return ERROR.notEmpty;
    this.#nodes.delete(path);
    const parent = this.#nodes.get(parentOf(path));
    if (parent !== undefined) parent.childrenModified = at;
    return 0;
  }

  children(path: string): string[] {
    const prefix = path === "/" ? "/" : `${path}/`;
    return this.paths
      .filter((other) => other.startsWith(prefix) && other !== "/")
      .map((other) => other.slice(prefix.length))
      .filter((name) => !name.includes("/"));
  }

  data(path: string): string | null {
    return this.#nodes.get(path)?.data ?? null;
  }

  stat(path: string): Stat {
    const node = this.#nodes.get(path);
    if (node === undefined) throw new Error(`no ${path}`);
    const { created, modified, childrenModified, version, creations, data } = node;
    const numChildren = this.children(path).length;
    const aversion = path === "/zookeeper/config" ? -1 : 0;
    const cversion = 2 * creations - numChildren;
    const dataLength = data?.length ?? 0;
    const stamps = { created, modified, childrenModified };
    const ephemeralOwner = null;
    return { ...stamps, version, cversion, aversion, ephemeralOwner, dataLength, numChildren };
  }
}

function fresh(data: string | null, at: Stamp): Node {
  return { data, created: at, modified: at, childrenModified: at, version: 0, creations: 0 };
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}
