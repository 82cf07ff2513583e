import { UsageError } from '@hotmount/core'
import type { Flags } from './flag.js'
import { nearest } from './nearest.js'

/** The environment that the command was started with. */
export type Env = Readonly<Record<string, string | undefined>>

const prefix = 'HOTMOUNT_'

/** `pid-file` as `HOTMOUNT_PID_FILE`. */
export const variableOf = (flag: string): string => `${prefix}${flag.toUpperCase().replaceAll('-', '_')}`

const switches: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  yes: true,
  on: true,
  '0': false,
  false: false,
  no: false,
  off: false,
}

const isOn = (variable: string, text: string): boolean => {
  const word = text.toLowerCase()
  const state = Object.hasOwn(switches, word) ? switches[word] : undefined
  if (state !== undefined) return state
  throw new UsageError('BAD_OPTION', `${variable}: neither true nor false`, { hint: 'write true or false' })
}

/** One a line; on a single line, separated by commas. */
const listIn = (text: string): readonly string[] =>
  text
    .split(text.trim().includes('\n') ? '\n' : ',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** What variables say of flags. Empty ones say nothing. @throws UsageError BAD_OPTION for a switch that is no switch */
export const fromEnv = (flags: Flags, env: Env): readonly (readonly [name: string, values: string[]])[] =>
  Object.entries(flags).flatMap(([name, { value, many, noVariable }]) => {
    const variable = variableOf(name)
    const text = env[variable] ?? ''
    if (noVariable || text.trim() === '') return []
    if (value === undefined) return isOn(variable, text) ? [[name, ['']] as const] : []
    return [[name, many === true ? [...listIn(text)] : [text]] as const]
  })

/** What commands of a reaction are told, and what a Service named hotmount leaves in every pod of its namespace. */
const known = /^(?:REVISION|DIGEST|(?:ADDED|CHANGED|REMOVED)(?:_COUNT)?|SERVICE_.*|PORT|PORT_\d.*)$/

/** A variable that no flag reads, and the one that was probably meant. */
export interface Stray {
  readonly name: string
  readonly meant: string
}

/** Variables that look like a mistyped HOTMOUNT_ one. Others of that prefix may be somebody else's. */
export const strays = (names: Iterable<string>, flags: readonly string[]): readonly Stray[] => {
  const variables = flags.map(variableOf)
  return [...names].flatMap((name) => {
    if (!name.startsWith(prefix) || variables.includes(name) || known.test(name.slice(prefix.length)))
      return []
    const meant = nearest(
      name.slice(prefix.length),
      variables.map((one) => one.slice(prefix.length)),
    )
    return meant === undefined ? [] : [{ name, meant: `${prefix}${meant}` }]
  })
}
