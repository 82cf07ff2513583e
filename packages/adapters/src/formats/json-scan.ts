import { ParseFailure, positionAt } from './parser.js'
import { deepest } from './text.js'

// Sticky, one token each; a string's two parts are separate so that no long string meets a nested repetition.
const blank = /[ \t\r\n]*/y
const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const plainPart = /[ !#-[\]-\u{10FFFF}]*/uy
const escape = /\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y

type Expects = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'commaOrEnd'
interface Frame {
  readonly names: Set<string> | undefined
}

/** Walks a JSON text without recursion: grammar, depth, duplicate names. What it lets through JSON.parse takes. */
class JsonScan {
  readonly #text: string
  readonly #frames: Frame[] = []
  #at = 0
  #expects: Expects = 'value'
  constructor(text: string) {
    this.#text = text
  }

  #fail(code: string, at: number = this.#at): never {
    throw new ParseFailure(code, positionAt(this.#text, at))
  }

  #take(token: RegExp): boolean {
    token.lastIndex = this.#at
    if (!token.test(this.#text)) return false
    this.#at = token.lastIndex
    return true
  }

  #string(): void {
    this.#at += 1
    do this.#take(plainPart)
    while (this.#take(escape))
    if (this.#text[this.#at] !== '"') this.#fail('BAD_STRING')
    this.#at += 1
  }

  #name(names: Set<string>): void {
    const start = this.#at
    this.#string()
    const name = String(JSON.parse(this.#text.slice(start, this.#at)))
    if (name === '__proto__') this.#fail('FORBIDDEN_KEY', start)
    if (names.has(name)) this.#fail('DUPLICATE_KEY', start)
    names.add(name)
    this.#take(blank)
    if (this.#text[this.#at] !== ':') this.#fail('COLON_EXPECTED')
    this.#at += 1
    this.#expects = 'value'
  }

  #open(names: Set<string> | undefined): void {
    if (this.#frames.length === deepest) this.#fail('TOO_DEEP')
    this.#frames.push({ names })
    this.#at += 1
    this.#expects = names ? 'keyOrEnd' : 'valueOrEnd'
  }

  #close(): void {
    this.#frames.pop()
    this.#at += 1
    this.#expects = 'commaOrEnd'
  }

  #value(next: string | undefined): void {
    if (next === '{') this.#open(new Set())
    else if (next === '[') this.#open(undefined)
    else {
      if (next === '"') this.#string()
      else if (!this.#take(literal)) this.#fail(next === undefined ? 'UNEXPECTED_END' : 'UNEXPECTED_TOKEN')
      this.#expects = 'commaOrEnd'
    }
  }

  #step(next: string | undefined, frame: Frame | undefined): void {
    const ends = frame && this.#expects.endsWith('OrEnd') && next === (frame.names ? '}' : ']')
    if (ends === true) this.#close()
    else if (this.#expects === 'commaOrEnd') {
      if (next !== ',') this.#fail(next === undefined ? 'UNEXPECTED_END' : 'UNEXPECTED_TOKEN')
      this.#at += 1
      this.#expects = frame?.names ? 'key' : 'value'
    } else if (this.#expects.startsWith('key')) {
      if (next !== '"' || !frame?.names) this.#fail(next === undefined ? 'UNEXPECTED_END' : 'NAME_EXPECTED')
      this.#name(frame.names)
    } else this.#value(next)
  }

  run(): void {
    for (;;) {
      this.#take(blank)
      const next = this.#text[this.#at]
      const frame = this.#frames.at(-1)
      if (!frame && this.#expects === 'commaOrEnd') {
        if (next !== undefined) this.#fail('UNEXPECTED_TOKEN')
        return
      }
      this.#step(next, frame)
    }
  }
}

/** @throws ParseFailure where the text is not JSON, is nested too deeply, or repeats a name in one object */
export const scanJson = (text: string): void => new JsonScan(text).run()
