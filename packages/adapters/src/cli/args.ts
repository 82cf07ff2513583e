import { parseArgs } from 'node:util'
import { UsageError } from '@hotmount/core'
import { type Env, fromEnv } from './env.js'
import type { Flags } from './flag.js'
import { didYouMean } from './nearest.js'

/** A command line that was read. */
export interface Args<Name extends string> {
  has(name: Name): boolean
  one(name: Name): string | undefined
  all(name: Name): readonly string[]
  readonly positionals: readonly string[]
  /** What follows `--`; undefined without one. */
  readonly command: readonly string[] | undefined
}

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

/** What stands before the first `--`, and what after it. */
export const splitAtDashes = (argv: readonly string[]): [string[], readonly string[] | undefined] => {
  const at = argv.indexOf('--')
  return at < 0 ? [[...argv], undefined] : [argv.slice(0, at), argv.slice(at + 1)]
}

/** Our reading of one option token: its value, '' for a switch. @throws UsageError BAD_OPTION */
const valueOf = (
  flags: Flags,
  token: {
    readonly name: string
    readonly rawName: string
    readonly value?: string
    readonly inlineValue?: boolean
  },
  others: Readonly<Record<string, Flags>>,
): string => {
  const { name, rawName, value, inlineValue } = token
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined
  if (!flag) {
    const owner = Object.entries(others).find(([, theirs]) => Object.hasOwn(theirs, name))?.[0]
    if (owner !== undefined) throw bad(`${rawName} is a flag of hotmount ${owner}`)
    const names = Object.keys(flags).map((known) => `--${known}`)
    throw bad(`there is no flag ${rawName}${didYouMean(rawName, names)}`)
  }
  if (flag.value === undefined) {
    if (value !== undefined) throw bad(`${rawName} takes no value`)
    return ''
  }
  const isMissing = value === undefined || value === ''
  // '--mount --restart' forgot the directory; who means it writes '--mount=--restart'.
  if (isMissing || (inlineValue === false && value.startsWith('-')))
    throw bad(`${rawName} needs a value: ${rawName} ${flag.value}`, flag.help)
  return value
}

/** What else decides how a command line is read. */
export interface Reading {
  /** For commands that take no words of their own. */
  readonly refuseWord?: ((word: string) => UsageError) | undefined
  /** Flags that are not given are looked for here: `--pid-file` as HOTMOUNT_PID_FILE. */
  readonly env?: Env | undefined
  /** Flags that exclude each other: a given one beats variables for the others. */
  readonly either?: readonly (readonly string[])[] | undefined
  /** Flags of like commands, by command: who writes one of them here is told whose it is. */
  readonly others?: Readonly<Record<string, Flags>> | undefined
}

/**
 * Reads a command line by its flags. What follows `--` is not looked at.
 *
 * @throws UsageError BAD_OPTION for what is unknown, lacks its value, or is given twice
 */
export const readArgs = <const F extends Flags>(
  argv: readonly string[],
  flags: F,
  { refuseWord, env = {}, either = [], others = {} }: Reading = {},
): Args<keyof F & string> => {
  const [before, command] = splitAtDashes(argv)
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { value }]) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  )
  const { tokens, positionals } = parseArgs({
    args: before,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const values = new Map<string, string[]>()
  for (const token of tokens) {
    // In order, so that the first mistake is told: flags of a command without `--` before it would be unknown to us.
    if (token.kind === 'positional' && refuseWord) throw refuseWord(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName } = token
    const given = { ...(token.value !== undefined && { value: token.value, inlineValue: token.inlineValue }) }
    const value = valueOf(flags, { name, rawName, ...given }, others)
    const earlier = values.get(name) ?? []
    if (earlier.length > 0 && flags[name]?.many !== true) throw bad(`${rawName} is given twice`)
    values.set(name, [...earlier, value])
  }
  const rivals = new Set(either.filter((group) => group.some((name) => values.has(name))).flat())
  for (const [name, given] of fromEnv(flags, env))
    if (!values.has(name) && !rivals.has(name)) values.set(name, given)
  return {
    has: (name) => values.has(name),
    one: (name) => values.get(name)?.[0],
    all: (name) => values.get(name) ?? [],
    positionals,
    command,
  }
}

/** The one directory of a command that takes one. @throws UsageError BAD_OPTION */
export const directoryOf = (args: Pick<Args<never>, 'positionals' | 'command'>, command: string): string => {
  const [directory, ...more] = [...args.positionals, ...(args.command ?? [])]
  if (directory !== undefined && more.length === 0) return directory
  const what = directory === undefined ? 'no directory is named' : 'more than one directory is named'
  throw bad(what, `write: hotmount ${command} /etc/config`)
}
