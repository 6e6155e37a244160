/** A piece of TypeScript that a rule may speak about; comments and the text of templates are left out. */
export interface Token {
  readonly kind: "word" | "string" | "mark";
  /** A string's contents are without its quotes. */
  readonly text: string;
  readonly line: number;
}

const LEXEME =
  /(?<comment>\/\/.*|\/\*[\s\S]*?\*\/)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)|(?<regex>\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/\w*)|(?<mark>\S)/uy;

/** After these a slash divides; after anything else it begins a regular expression. */
const ENDS_A_VALUE = /^(?:[\])}\w$]|(?!return$|typeof$|case$|in$|of$).*\w)$/u;

/** Splits `source`, well enough to find names and imports in code that compiles. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const templates: number[] = [];
  let braces = 0;
  let line = 1;
  let at = 0;

  /** Skips a template's text from `at` to its end or into its next `${`. */
  function skipTemplateText(): void {
    while (at < source.length) {
      const char = source[at];
      if (char === "\n") line++;
      if (char === "`") return void at++;
      if (char === "$" && source[at + 1] === "{") {
        templates.push(braces++);
        at += 2;
        return;
      }
      at += char === "\\" ? 2 : 1;
    }
  }

  while (at < source.length) {
    const space = /\s*/uy;
    space.lastIndex = at;
    const blank = space.exec(source)?.[0] ?? "";
    line += countLines(blank);
    at += blank.length;
    if (at >= source.length) break;
    if (source[at] === "`") {
      at++;
      skipTemplateText();
      continue;
    }
    LEXEME.lastIndex = at;
    const found = LEXEME.exec(source);
    if (!found?.groups) throw new Error(`line ${line}: cannot be read`);
    const { comment, string, word, regex } = found.groups;
    let text = found[0];
    if (regex !== undefined && ENDS_A_VALUE.test(tokens.at(-1)?.text ?? "")) text = "/";
    if (string !== undefined) tokens.push({ kind: "string", text: text.slice(1, -1), line });
    else if (word !== undefined) tokens.push({ kind: "word", text, line });
    else if (comment === undefined && (regex === undefined || text === "/")) {
      tokens.push({ kind: "mark", text, line });
    }
    line += countLines(text);
    at += text.length;
    if (text === "{") braces++;
    if (text === "}") {
      braces--;
      if (templates.at(-1) === braces) {
        templates.pop();
        skipTemplateText();
      }
    }
  }
  return tokens;
}

function countLines(text: string): number {
  return text.split("\n").length - 1;
}
