/** A template did not do: which line, and what was thrown there, which may quote a value. */
export class TemplateFailure extends Error {
  readonly what: string
  readonly line: number | undefined
  readonly origin: unknown
  constructor(what: string, line?: number, origin?: unknown) {
    super(line === undefined ? what : `${what} at line ${line}`)
    this.what = what
    this.line = line
    Object.defineProperty(this, 'origin', { value: origin, enumerable: false })
  }
}
