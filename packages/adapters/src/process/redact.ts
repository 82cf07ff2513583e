import { stripVTControlCharacters } from 'node:util'
import type { Snapshot } from '@hotmount/core'
import { isPath, pathPattern, readSecrets, wordPattern } from './secrets.js'
import { isVocabulary } from './vocabulary.js'

/** Characters left of an output. */
const mostShown = 2048
/** Characters looked at: what is cut in two before the shown ones cannot be recognised. */
const mostRead = 4096
const placeholder = '[redacted]'

/** Shorter words are left alone: hiding every 'on' and '80' would leave no message. */
const shortestWord = 4
/** So many characters that are the same are no coincidence, whatever stands beside them. */
const longEnough = 8
const gram = 4

/** Whether a word is no coincidence inside of another: it is long, or mixes letters and digits. */
const isDistinct = (word: string): boolean =>
  word.length >= longEnough || (word.length >= 6 && /\d/.test(word) && /\p{L}/u.test(word))

const isWordAt = (text: string, at: number): boolean => /[\p{L}\p{M}\p{N}_]/u.test(text[at] ?? '')

/** Where a word may begin: also after an escape such as `\n`, of which the `n` is no letter. */
const isStart = (text: string, at: number): boolean =>
  !isWordAt(text, at - 1) || (text[at - 2] === '\\' && /[nrt]/.test(text[at - 1] ?? ''))

/** As programs quote it; undefined when that is the same. */
const escaped = (text: string): string | undefined =>
  // oxlint-disable-next-line no-control-regex -- these are what is escaped
  /["\\\u0000-\u001f]/.test(text) ? JSON.stringify(text).slice(1, -1) : undefined

/** Lower-case words of a language stay when only a part of a value is like them. */
const isOrdinary = (token: string): boolean =>
  token.length < 20 && /^[A-Za-z]?[a-z]*(?:[_-][a-z]+)*$/.test(token)

/** An output, and which of its characters are to be hidden. */
class Output {
  readonly #text: string
  readonly #hidden: Uint8Array
  /** Paths of files, and numbers of lines and columns: what a message is for. */
  readonly #kept: Uint8Array
  readonly #words = new Map<string, number[]>()
  readonly #grams = new Set<string>()
  readonly #known = new Set<string>()

  constructor(text: string) {
    this.#text = text
    this.#hidden = new Uint8Array(text.length)
    this.#kept = new Uint8Array(text.length)
    for (let at = 0; at + gram <= text.length; at++) this.#grams.add(text.slice(at, at + gram))
    for (const { 0: path, index } of text.matchAll(pathPattern)) this.#keepFile(path, index)
    for (const { 0: place, 1: number = '', index } of text.matchAll(
      /\b(?:line|column|col)[ :]{1,2}(\d{1,7}(?::\d{1,7})?)\b/gi,
    ))
      this.#kept.fill(1, index + place.length - number.length, index + place.length)
    for (const { 0: word, index } of text.matchAll(wordPattern)) this.#learn(word, index)
  }

  #keepFile(path: string, at: number): void {
    const [place] = /^(?::\d{1,7}){0,2}/.exec(this.#text.slice(at + path.length, at + path.length + 16)) ?? [
      '',
    ]
    const isFile = place !== '' || /\.[A-Za-z][\w.]*$/.test(path)
    if (isFile && isPath(path)) this.#kept.fill(1, at, at + path.length + place.length)
  }

  /** A word, its parts, and what is left of it when it begins with the letter of an escape. */
  #learn(word: string, at: number): void {
    const add = (part: string, index: number): void => {
      if (part.length < shortestWord) return
      const places = this.#words.get(part)
      if (places) places.push(index)
      else this.#words.set(part, [index])
    }
    add(word, at)
    if (this.#text[at - 1] === '\\' && /^[nrt]/.test(word)) this.#learn(word.slice(1), at + 1)
    const parts = [...word.matchAll(/[^-.+]+/g)]
    if (parts.length > 1) for (const { 0: part, index } of parts) add(part, at + index)
  }

  /** Whether a word of a value is one of the output, or a distinct one is within one: `-p` and `_` stick to what follows. */
  has(word: string): boolean {
    const isHere = this.#words.has(word)
    if (isHere) this.#known.add(word)
    return isHere || (isDistinct(word) && this.#mayContain(word))
  }

  #hide(at: number, length: number): void {
    for (let index = at; index < at + length; index++) if (this.#kept[index] === 0) this.#hidden[index] = 1
  }

  hideWord(word: string): void {
    for (const at of this.#words.get(word) ?? []) this.#hide(at, word.length)
    this.#words.delete(word)
    if (isDistinct(word)) this.hideText(word, word.length)
  }

  #mayContain(piece: string): boolean {
    if (piece.length > this.#text.length) return false
    for (let at = 0; at + gram <= piece.length; at += gram)
      if (!this.#grams.has(piece.slice(at, at + gram))) return false
    return true
  }

  /** `step`: how far behind the beginning of one the next is sought. */
  hideText(piece: string, step = 1): void {
    const text = this.#text
    if (!this.#mayContain(piece)) return
    const isLoose = isDistinct(piece)
    for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + step)) {
      const end = at + piece.length
      const isApart =
        (!isWordAt(piece, 0) || isStart(text, at)) && !(isWordAt(text, end - 1) && isWordAt(text, end))
      if (!isLoose && !isApart) continue
      if (piece.includes('/')) this.#hidden.fill(1, at, end)
      else this.#hide(at, piece.length)
    }
  }

  /** Long and mixed words that are within a value, without being a word of it: it was cut, or is one long line. */
  hideParts(values: readonly string[]): void {
    for (const { 0: token, index } of this.#text.matchAll(/[^\s"'`;,(){}<>[\]]+/g)) {
      if (token.length < longEnough || isOrdinary(token) || isPath(token) || isVocabulary(token)) continue
      if (this.#known.has(token) || this.#hidden.subarray(index, index + token.length).every(Boolean))
        continue
      if (values.some((value) => value.includes(token))) this.#hide(index, token.length)
    }
    // nginx shows the first ten characters of a parameter that is too long, and three dots.
    for (const cut of this.#text.matchAll(/"[^"]*\.{3}"?/g))
      this.#hidden.fill(1, cut.index, cut.index + cut[0].length)
  }

  render(): string {
    let shown = ''
    for (let at = 0; at < this.#text.length; at++) {
      if (this.#hidden[at] === 0) shown += this.#text[at] ?? ''
      else if (at === 0 || this.#hidden[at - 1] === 0) shown += placeholder
    }
    return shown
  }
}

const endOf = (text: string, most: number): string =>
  text.length <= most ? text : `…${text.slice(text.length - most + 1)}`

/** Values by key: a snapshot, or what was made from one. */
export type Values = Pick<Snapshot, 'keys' | 'text'>

/**
 * Takes what snapshots hold out of a command's output: whole values and lines, what follows a name, what is in quotes,
 * and every word of four characters or more that is one of a value.
 *
 * What stays: names (left of `=` or `:`, and the first word of a line of several, or of one that ends like a
 * directive), some two hundred ordinary words, paths of files, numbers of lines and columns, and what the output has
 * of its own. At most 2048 characters, the end of the output.
 *
 * @example
 * redactValues('unknown directive "lissten" in /etc/nginx/conf.d/x.conf:3', snapshot) // unchanged
 */
export const redactValues = (output: string, ...snapshots: readonly Values[]): string => {
  // Colours first: the `m` that ends one would be the beginning of a word.
  const text = endOf(stripVTControlCharacters(output).trim(), mostRead)
  if (text === '') return ''
  const values = [
    ...new Set(snapshots.flatMap((snapshot) => snapshot.keys().map((key) => snapshot.text(key)))),
  ]
  const said = new Output(text)
  for (const value of values)
    readSecrets(value, {
      most: text.length,
      asksFor: (word) => said.has(word),
      onWord: (word) => said.hideWord(word),
      onText: (piece) => {
        said.hideText(piece)
        const quoted = escaped(piece)
        if (quoted !== undefined) said.hideText(quoted)
      },
    })
  said.hideParts(values)
  return endOf(said.render(), mostShown)
}
