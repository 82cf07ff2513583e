/** Where something stands in a text. Both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/**
 * Turns the bytes of one key into a value. What it throws is reported without its message, which may quote the
 * input; numeric `line` and `column` properties of it are told.
 *
 * @example
 * const toml: Parser = { name: 'TOML', parse: (bytes) => parseToml(new TextDecoder().decode(bytes)) }
 */
export interface Parser {
  /** Name of the format, for messages. */
  readonly name: string
  /** @throws anything when the bytes are not of this format */
  parse(bytes: Uint8Array): unknown
}

const bounded = new WeakSet<Parser>()

/** Marks a parser whose values are trees, shallow and of no more than a million parts: nobody need look again. */
export const selfBounded = (parser: Parser): Parser => {
  bounded.add(parser)
  return parser
}

/** Whether a parser's values are bounded by itself. */
export const isSelfBounded = (parser: Parser): boolean => bounded.has(parser)

/**
 * The bytes are not of the format. Tells a code and a place, and quotes nothing of the input.
 *
 * @example
 * if (error instanceof ParseFailure) console.error(error.code, error.line, error.column) // 'DUPLICATE_KEY' 3 1
 */
export class ParseFailure extends Error {
  /** What is wrong: `DUPLICATE_KEY`, `TOO_DEEP`, `BAD_UTF8`, or a code of the format's own. */
  readonly code: string
  readonly line: number | undefined
  readonly column: number | undefined
  constructor(code: string, at?: Position) {
    super(at ? `${code} at line ${at.line}, column ${at.column}` : code)
    Object.defineProperty(this, 'name', { value: 'ParseFailure', configurable: true })
    this.code = code
    this.line = at?.line
    this.column = at?.column
  }
}

/** Line and column of an offset in a text. */
export const positionAt = (text: string, offset: number): Position => {
  let line = 1
  let start = 0
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', start)) {
    line += 1
    start = end + 1
  }
  return { line, column: offset - start + 1 }
}
