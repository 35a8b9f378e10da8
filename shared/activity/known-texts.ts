/** Texts by their codes, to which more can be added. */
export class KnownTexts {
  readonly values: string[];
  readonly #codes: Map<string, number>;

  constructor(values: readonly string[]) {
    this.values = [...values];
    this.#codes = new Map(values.map((value, code) => [value, code]));
  }

  /** @returns -1 for null */
  codeOf(text: string | null): number {
    if (text === null) return -1;
    let code = this.#codes.get(text);
    if (code === undefined) {
      code = this.values.length;
      this.values.push(text);
      this.#codes.set(text, code);
    }
    return code;
  }
}
