import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../source-files.ts";
import type { CodeBlock } from "./code-block.ts";
import { freeBase, onPorts } from "./ports.ts";

const RUN_WITHIN_MS = 30_000;
const run = promisify(execFile);

/** Examples as modules of their own, beside each other in a directory that finds our packages. */
export class ExampleModules {
  readonly #directory = mkdtempSync(join(tmpdir(), "quorate-examples-"));
  /** The code by its module's name, with ports that are free. */
  readonly #code = new Map<string, string>();
  /** What the compiler says, by the module that it says it of. */
  readonly #errors = new Map<string, string[]>();

  /** Writes and compiles them, all in one run of the compiler. */
  static async compile(examples: readonly CodeBlock[]): Promise<ExampleModules> {
    const modules = new ExampleModules();
    modules.#write("package.json", { type: "module" });
    modules.#write("tsconfig.json", {
      extends: join(ROOT, "docs/examples/tsconfig.json"),
      include: ["*.ts"],
    });
    symlinkSync(join(ROOT, "node_modules"), join(modules.#directory, "node_modules"));
    for (const example of examples) {
      const beside = `${dirname(resolve(ROOT, example.path))}/`;
      const code = example.text.replaceAll(/(?<=from ")\.\//g, beside);
      const onFreePorts = onPorts(await freeBase(), code);
      modules.#code.set(nameOf(example), onFreePorts);
      writeFileSync(modules.#file(example), onFreePorts);
      mkdirSync(modules.#place(example));
    }
    await modules.#check(examples);
    return modules;
  }

  /** What the compiler says of the example, by the lines of the page. */
  errorsIn(example: CodeBlock): readonly string[] {
    return this.#errors.get(nameOf(example)) ?? [];
  }

  /** What the compiler says of no example. */
  get otherErrors(): readonly string[] {
    return this.#errors.get("") ?? [];
  }

  /** What the example says that it prints: the comments that begin with an arrow. */
  promisedOutput(example: CodeBlock): string {
    const code = this.#code.get(nameOf(example)) ?? "";
    return [...code.matchAll(/^\s*\/\/ → (.*)$/gm)].map((match) => `${match[1]}\n`).join("");
  }

  /**
   * Runs the example on the packages' sources, in a directory of its own; what it prints.
   *
   * @param env - what it finds in its environment
   * @throws with what it complained of, when it fails
   */
  async run(example: CodeBlock, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const args = ["--conditions=@quorate/source", this.#file(example)];
    const { stdout } = await run(process.execPath, args, {
      cwd: this.#place(example),
      timeout: RUN_WITHIN_MS,
      env: { PATH: process.env["PATH"], NO_COLOR: "1", ...env },
    });
    return stdout;
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #check(examples: readonly CodeBlock[]): Promise<void> {
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const said = await run(tsc, ["--pretty", "false"], { cwd: this.#directory }).then(
      () => "",
      (failed: Error & { readonly stdout?: string }) => {
        if (failed.stdout) return failed.stdout;
        throw failed;
      },
    );
    for (const line of said.split("\n").filter((text) => text !== "")) {
      const [, name, at = "0", text] = /^([\w-]+)\.ts\((\d+),\d+\): (.*)$/.exec(line) ?? [];
      const example = examples.find((candidate) => nameOf(candidate) === name);
      const key = example ? nameOf(example) : "";
      const told = example ? `${example.path}:${example.line + Number(at)} ${text}` : line;
      this.#errors.set(key, [...(this.#errors.get(key) ?? []), told]);
    }
  }

  #write(name: string, content: unknown): void {
    writeFileSync(join(this.#directory, name), JSON.stringify(content));
  }

  #place(example: CodeBlock): string {
    return join(this.#directory, nameOf(example));
  }

  #file(example: CodeBlock): string {
    return `${this.#place(example)}.ts`;
  }
}

function nameOf({ path, line }: CodeBlock): string {
  return `${path}-${line}`.replaceAll(/\W+/g, "-");
}
