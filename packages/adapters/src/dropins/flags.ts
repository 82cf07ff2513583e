import { UsageError } from '@hotmount/core'
import type { Flag, Flags } from '../cli/flag.js'
import { didYouMean } from '../cli/nearest.js'

/** A command line of one of the originals that was read. */
export interface Given<Name extends string> {
  has(name: Name): boolean
  /** The last value given. */
  one(name: Name): string | undefined
  all(name: Name): readonly string[]
  /** How many words stand where no word has a meaning. */
  readonly ignored: number
}

/** How a family of programs reads its command line. */
export interface Syntax {
  /** What an option looks like: name and value. */
  readonly option: RegExp
  /** `--no-name` turns a switch off. */
  readonly negates: boolean
  /** A flag that takes one value may be given twice, and the last one counts. */
  readonly lastWins: boolean
  /** Words that are no option: the first one ends the options, or is refused. */
  readonly words: 'end' | 'refuse'
}

/** Go's package `flag`: one or two dashes, and the first other word ends the options. */
export const goSyntax: Syntax = {
  option: /^--?([^-=][^=]*)(?:=(.*))?$/s,
  negates: false,
  lastWins: true,
  words: 'end',
}

/** kingpin: two dashes. */
export const kingpinSyntax: Syntax = {
  option: /^--([^-=][^=]*)(?:=(.*))?$/s,
  negates: true,
  lastWins: false,
  words: 'refuse',
}

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const flagOf = (flags: Flags, shown: string, name: string): Flag => {
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
  if (flag) return flag
  const dashes = /^-*/.exec(shown)?.[0] ?? ''
  const known = Object.keys(flags).map((each) => `${dashes}${each}`)
  throw bad(`there is no flag ${shown}${didYouMean(shown, known)}`)
}

interface Option {
  /** As it was written, without its value. */
  readonly shown: string
  readonly name: string
  readonly value: string | undefined
}

const optionIn = ({ option }: Syntax, word: string): Option | undefined => {
  const [, name, value] = option.exec(word) ?? []
  return name === undefined ? undefined : { shown: word.split('=', 1)[0] ?? word, name, value }
}

/** A switch: on, off by `--no-name`, or as `=true` and `=false` say. */
const switchValue = ({ shown, value = 'true' }: Option, isNegated: boolean): string => {
  if (!/^(?:true|false)$/.test(value)) throw bad(`${shown} is a switch: true or false`)
  return String((value === 'true') !== isNegated)
}

/**
 * Reads a command line as the original does. Values may be empty, as in `--listen-address=`.
 *
 * @throws UsageError BAD_OPTION for what is unknown, lacks its value, or is given twice where that is refused
 */
export const readFlags = <const F extends Flags>(
  argv: readonly string[],
  flags: F,
  syntax: Syntax,
): Given<keyof F & string> => {
  const values = new Map<string, string[]>()
  let ignored = 0
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    const option = optionIn(syntax, word)
    if (!option) {
      if (syntax.words === 'refuse' && word !== '--')
        throw bad(`a word that belongs to no flag: number ${at + 1}`)
      ignored = argv.length - at - (word === '--' ? 1 : 0)
      break
    }
    const isNegated = syntax.negates && !Object.hasOwn(flags, option.name) && /^no-./.test(option.name)
    const name = isNegated ? option.name.slice('no-'.length) : option.name
    const flag = flagOf(flags, option.shown, name)
    const given = values.get(name) ?? []
    if (given.length > 0 && flag.many !== true && !syntax.lastWins)
      throw bad(`${option.shown} is given twice`)
    if (flag.value === undefined) values.set(name, [...given, switchValue(option, isNegated)])
    else {
      const value = option.value ?? argv[++at]
      if (
        isNegated ||
        value === undefined ||
        (syntax.words === 'refuse' && option.value === undefined && value.startsWith('--'))
      )
        throw bad(`${option.shown} needs a value: ${option.shown} ${flag.value}`, flag.help)
      values.set(name, [...given, value])
    }
  }
  return {
    has: (name) => values.get(name)?.at(-1) !== undefined && values.get(name)?.at(-1) !== 'false',
    one: (name) => values.get(name)?.at(-1),
    all: (name) => values.get(name) ?? [],
    ignored,
  }
}
