import { ParseFailure, type Position } from './parser.js'
import { deepest } from './text.js'

const blank = /^[ \t\r\n#]/
const indicator = /^[-?:]$/

/** Counts nesting over a stream of YAML tokens, so that a deep text is refused before anything recurses into it. */
export class YamlDepth {
  /** Columns at which the open block collections began. */
  readonly #columns: number[] = []
  #flow = 0
  #line = 1
  #column = 1
  #lineStarts = true
  #afterIndicator = false

  get #here(): Position {
    return { line: this.#line, column: this.#column }
  }

  #block(isIndicator: boolean): void {
    if (this.#lineStarts) while ((this.#columns.at(-1) ?? 0) > this.#column) this.#columns.pop()
    const opens = this.#lineStarts || (isIndicator && this.#afterIndicator)
    if (opens && (this.#columns.at(-1) ?? 0) < this.#column) this.#columns.push(this.#column)
    this.#lineStarts = false
    this.#afterIndicator = isIndicator
  }

  #structure(token: string): void {
    if (this.#flow === 0) this.#block(indicator.test(token))
    if (token === '[' || token === '{') this.#flow += 1
    if (token === ']' || token === '}') this.#flow -= 1
    if (this.#flow < 0) throw new ParseFailure('UNEXPECTED_TOKEN', this.#here)
    if (this.#flow + this.#columns.length > deepest) throw new ParseFailure('TOO_DEEP', this.#here)
  }

  #advance(token: string): void {
    const lastLine = token.lastIndexOf('\n')
    if (lastLine < 0) {
      this.#column += token.length
      return
    }
    for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) this.#line += 1
    this.#column = token.length - lastLine
    this.#lineStarts = true
    this.#afterIndicator = false
  }

  /** @throws ParseFailure TOO_DEEP, or UNEXPECTED_TOKEN for a bracket that closes nothing */
  see(token: string): void {
    // The lexer marks a document, an unexpected end and a scalar with a control character that is not in the text.
    if (token === '\u0002' || token === '\u0018' || token === '\u001F') return
    if (!blank.test(token)) this.#structure(token)
    this.#advance(token)
  }
}
