import { stripVTControlCharacters } from 'node:util'
import type { Io } from './io.js'
import { type Paint, paintFor } from './paint.js'

/** How much a line matters. */
export type Level = 'info' | 'warn' | 'error'

/** One thing that happened, for a person (`text`, `hint`) and for a machine (`msg`, `fields`). Never a config value. */
export interface Entry {
  readonly level: Level
  /** Always the same words for the same kind of thing. */
  readonly msg: string
  readonly text: string
  readonly hint?: string | undefined
  readonly fields?: Readonly<Record<string, unknown>>
}

/** Writes one entry. */
export type Log = (entry: Entry) => void

const styles = { info: 'green', warn: 'yellow', error: 'red' } as const
const marks = { info: '✓', warn: '!', error: '✗' } as const

/** `01:42:36`, in local time. */
export const timeOfDay = (now: Date): string =>
  [now.getHours(), now.getMinutes(), now.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':')

const margin = ' '.repeat('hotmount 00:00:00 x '.length)

const controls = /[^\P{Cc}\n]/gu

/** What a tool said may come with colours and cursor movements: none of that may reach the terminal. */
const indented = (text: string): string =>
  stripVTControlCharacters(text).replaceAll(controls, '').trimEnd().replaceAll(/\s*\n/g, `\n${margin}`)

const forPeople = (entry: Entry, now: Date, paint: Paint): string => {
  const { level, text, hint } = entry
  const line = `${paint('dim', `hotmount ${timeOfDay(now)}`)} ${paint(styles[level], marks[level])} ${indented(text)}\n`
  return hint === undefined ? line : `${line}${margin}${paint('dim', `→ ${indented(hint)}`)}\n`
}

/** One JSON object on one line. */
export const jsonLine = (fields: Readonly<Record<string, unknown>>): string => `${JSON.stringify(fields)}\n`

/** Numbers and names of fields are those of pino, so that whatever reads its logs reads these. */
const pinoLevels = { info: 30, warn: 40, error: 50 } as const

/** One entry as a line of pino's. */
export const logLine = ({ level, msg, hint, fields }: Omit<Entry, 'text'>, now: Date): string =>
  jsonLine({
    level: pinoLevels[level],
    time: now.getTime(),
    ...fields,
    ...(hint !== undefined && { hint }),
    msg,
  })

/** The log on stderr: lines for reading on a terminal, JSON lines elsewhere or when asked for. */
export const openLog = ({ stderr, env, now }: Io, asJson: boolean): Log => {
  const paint = paintFor(stderr, env)
  return (entry) => {
    stderr.write(asJson || !stderr.isTTY ? logLine(entry, now()) : forPeople(entry, now(), paint))
  }
}
