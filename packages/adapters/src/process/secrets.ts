import { isVocabulary } from './vocabulary.js'

/** A word: letters and digits, with `-`, `.` and `+` inside. */
export const wordPattern: RegExp = /[\p{L}\p{M}\p{N}_]+(?:[-.+]+[\p{L}\p{M}\p{N}_]+)*/gu
/** A path of two parts or more, not within a URL. */
export const pathPattern: RegExp = /(?<![\w/.:-])\/[\w.*-]+(?:\/[\w.*-]+)+\/?/g

const wholePattern = new RegExp(`^${wordPattern.source}$`, 'u')
const isWord = (text: string): boolean => wholePattern.test(text)

const longestPath = 4096

/** A path whose parts look like names, and not like tokens. */
export const isPath = (text: string): boolean =>
  text.length <= longestPath &&
  /^(?:\/[\w.*-]+){2,}\/?$/.test(text) &&
  !/[A-Za-z0-9]{20}/.test(text) &&
  !/[A-Za-z]\d+[A-Za-z]+\d/.test(text)

/** Who hears what is in a value. */
export interface Hearer {
  /** Longer texts are not told. */
  readonly most: number
  /** Whether a word matters at all: looking at what stands around it takes longer. */
  readonly asksFor: (word: string) => boolean
  readonly onWord: (word: string) => void
  readonly onText: (text: string) => void
}

// A whole value of four characters may be a secret; a line or a part of it that short is a name or a number.
const leastWhole = 4
const leastPart = 6
const longestRun = 65_536

const identifier = /^[A-Za-z]+\d{0,2}(?:[_.-][A-Za-z]*\d{0,2})*$/
const directive = /^[A-Za-z]+(?:[_.-][A-Za-z]+)*$/
const environment = /^[A-Z][A-Z\d]*(?:_[A-Z\d]+)*$/
const longestName = 40
const longestPart = 20

const isNameLike = (word: string, pattern: RegExp): boolean =>
  word.length <= longestName &&
  pattern.test(word) &&
  word.split(/[_.-]/).every((part) => part.length <= longestPart)

const assigned = /["']?(?:=(?=[^=\s])|[ \t]{1,20}=[ \t]*(?=[^=\s])|[ \t]{0,20}:(?=[\s"'{[]|$))/y
const unset = /=[ \t]*$/y
const followed = /[ \t]+\S|[ \t]*[;{>]/y

const testAt = (pattern: RegExp, text: string, at: number): boolean => {
  pattern.lastIndex = at
  return pattern.test(text)
}

/** Whether a word of a line is a name (left of `=` or `:`, or a directive at the beginning) and not a value. */
const isNameAt = (line: string, at: number, word: string, hasDirectives: boolean): boolean => {
  const [before, end] = [line[at - 1], at + word.length]
  if (before === undefined || /[\s"'{(,&?;[<]/.test(before)) {
    if (isNameLike(word, identifier) && testAt(assigned, line, end)) return true
    if (isNameLike(word, environment) && testAt(unset, line, end)) return true
  }
  const isFirst = at === 0 || (at <= 2 && /^<\/?$/.test(line.slice(0, at))) || line.slice(at - 2, at) === '{ '
  return isFirst && hasDirectives && isNameLike(word, directive) && testAt(followed, line, end)
}

const ends = new Set('()[]{}<>,;:"\'`')

/** Without the punctuation around it. By hand: a pattern that ends in `+$` takes quadratic time. */
const bare = (text: string): string => {
  let [from, to] = [0, text.length]
  while (from < to && ends.has(text[from] ?? '')) from++
  while (to > from && ends.has(text[to - 1] ?? '')) to--
  return text.slice(from, to)
}

const withoutEnd = (text: string): string => {
  let to = text.length
  while (to > 0 && (text[to - 1] === ';' || text[to - 1] === ',')) to--
  return text.slice(0, to)
}

const after = (text: string, separator: RegExp): string => {
  const at = text.search(separator)
  return at < 0 ? '' : text.slice(at + 1).trim()
}

const unescaped = (text: string): string => {
  if (!text.includes('\\')) return text
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return text.replaceAll(/\\(.)/gs, '$1')
  }
}

// Each alternative also takes a text that is never closed, to its end: else every quote would be tried in vain.
const quotedPattern =
  /"((?:[^"\\]|\\.)*)(?:"|\\?$)|'((?:[^'\\]|\\.)*)(?:'|\\?$)|`((?:[^`\\]|\\.)*)(?:`|\\?$)/g

class Reading {
  readonly #hearer: Hearer
  // Each is sought in the whole output: a value that repeats one a hundred thousand times took 20 s.
  readonly #toldTexts = new Set<string>()
  readonly #toldWords = new Set<string>()
  constructor(hearer: Hearer) {
    this.#hearer = hearer
  }

  text(text: string): void {
    const { most, onText } = this.#hearer
    if (text.length < leastPart || text.length > most || this.#toldTexts.has(text)) return
    this.#toldTexts.add(text)
    if (!isWord(text) && !isPath(text)) onText(text)
  }

  #words(line: string, isName: (at: number, word: string) => boolean): void {
    const { asksFor, onWord } = this.#hearer
    for (const { 0: word, index } of line.matchAll(wordPattern)) {
      if (this.#toldWords.has(word) || !asksFor(word) || isVocabulary(word) || isName(index, word)) continue
      this.#toldWords.add(word)
      onWord(word)
    }
  }

  /** A line; what follows the name on it, after `=`, `:` or a blank; what is in quotes; what has no blank in it. */
  line(line: string, hasDirectives: boolean): void {
    for (const text of [line, after(line, /=/), after(line, /:/), after(line, /\s/)])
      this.text(withoutEnd(text))
    for (const [, double, single, back] of line.matchAll(quotedPattern)) {
      const raw = double ?? single ?? back ?? ''
      const plain = unescaped(raw)
      this.text(raw)
      if (plain === raw) continue
      this.text(plain)
      this.#words(plain, () => false)
    }
    for (const [run] of line.matchAll(/[^\s"'`]+/g)) {
      const text = bare(run)
      this.text(text)
      this.text(after(text, /=/))
      this.text(after(text, /:/))
    }
    const withoutPaths = line.includes('/')
      ? line.replaceAll(pathPattern, (path) => (isPath(path) ? ' '.repeat(path.length) : path))
      : line
    this.#words(withoutPaths, (at, word) => isNameAt(line, at, word, hasDirectives))
  }
}

/** A line in runs that overlap by `most`: what a pattern repeats a million times, it does not survive. */
function* runsOf(line: string, most: number): Generator<string> {
  for (let at = 0; at < line.length || at === 0; at += longestRun)
    yield line.slice(Math.max(0, at - most), at + longestRun)
}

/** Tells everything in a value that must not be shown. Linear in its length. */
export const readSecrets = (value: string, hearer: Hearer): void => {
  const reading = new Reading(hearer)
  const whole = value.trim()
  if (whole.length >= leastWhole && !isVocabulary(whole)) {
    hearer.onText(whole)
    if (whole !== value) hearer.onText(value)
  }
  // A value of one line is a password as often as a config: its first word is a name only when it ends like one.
  const lines = whole.split('\n')
  const hasDirectives = lines.length > 1 || /[;{}]$/.test(whole)
  for (const line of lines)
    for (const run of runsOf(line.trim(), hearer.most))
      reading.line(run, hasDirectives && line.length <= longestRun)
}
