/** Registers have names in scripts and numbers in commands. */
export class RegisterNames {
  readonly #names: string[] = [];

  number(name: string): number {
    const known = this.#names.indexOf(name);
    return known >= 0 ? known : this.#names.push(name) - 1;
  }

  name(number: number): string {
    return this.#names[number] ?? `register ${number}`;
  }
}
