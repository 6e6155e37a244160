/**
 * What may be asked of a server in four letters, in the place of a first frame.
 *
 * @packageDocumentation
 */
export { answerWord, type Whitelist } from "./answer-word.ts";
export { wordOf, type Word } from "./word.ts";
