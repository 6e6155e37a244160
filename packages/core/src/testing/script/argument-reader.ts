import type { NodeId } from "../../ids.ts";
import { ScriptError } from "./script-error.ts";

/** Reads the words of a command from left to right; whatever is wrong with them is said in one sentence. */
export class ArgumentReader {
  readonly #command: string;
  readonly #words: string[];

  constructor(command: string, words: readonly string[]) {
    this.#command = command;
    this.#words = [...words];
  }

  get isEmpty(): boolean {
    return this.#words.length === 0;
  }

  /** Takes the word if it comes next. */
  takeIf(word: string): boolean {
    if (this.#words[0] !== word) return false;
    this.#words.shift();
    return true;
  }

  /** Takes everything from the first of the words on, for a reader of its own. */
  takeFrom(words: readonly string[]): ArgumentReader {
    const at = this.#words.findIndex((word) => words.includes(word));
    return new ArgumentReader(this.#command, at < 0 ? [] : this.#words.splice(at));
  }

  word(what: string): string {
    const word = this.#words.shift();
    if (word === undefined) throw this.problem(`${what} is missing`);
    return word;
  }

  oneOf<Word extends string>(words: readonly Word[], what: string): Word {
    const word = this.word(what);
    const found = words.find((known) => known === word);
    if (found !== undefined) return found;
    throw this.problem(`"${word}" is no ${what}; known: ${words.join(" ")}`);
  }

  member(): NodeId {
    return this.word("a member");
  }

  /** All members that are left; at least one. */
  members(): readonly NodeId[] {
    const members = [this.member()];
    while (!this.isEmpty) members.push(this.member());
    return members;
  }

  /** `500ms`, `10s` */
  millis(): number {
    const word = this.word("a time");
    const [, number, unit] = /^(\d+)(ms|s)$/.exec(word) ?? [];
    if (number === undefined) throw this.problem(`"${word}" is no time; write 500ms or 10s`);
    return Number(number) * (unit === "s" ? 1000 : 1);
  }

  /** `name=value` */
  pair(): readonly [string, string] {
    const word = this.word("name=value");
    const [, name, value] = /^(\w+)=(.+)$/.exec(word) ?? [];
    if (name === undefined || value === undefined) {
      throw this.problem(`"${word}" is not of the form name=value`);
    }
    return [name, value];
  }

  /** A number that a word gives for something. */
  number(word: string, what: string): number {
    if (!/^\d+$/.test(word)) throw this.problem(`${what} is a number, not "${word}"`);
    return Number(word);
  }

  /** Nothing may be left. */
  end(): void {
    if (!this.isEmpty) throw this.problem(`"${this.#words.join(" ")}" is too much`);
  }

  problem(what: string): ScriptError {
    return new ScriptError(`${this.#command}: ${what}`);
  }
}
