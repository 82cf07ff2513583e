import { stripVTControlCharacters } from 'node:util'
import type { Io } from '../cli/io.js'
import { type Entry, jsonLine, type Level, type Log } from '../cli/log.js'

/** How a log is written, as the originals of Go have it. */
export interface LogStyle {
  readonly format: 'logfmt' | 'json'
  readonly level: 'all' | 'debug' | 'info' | 'warn' | 'error' | 'none'
}

const shownAt: Readonly<Record<LogStyle['level'], readonly Level[]>> = {
  all: ['info', 'warn', 'error'],
  debug: ['info', 'warn', 'error'],
  info: ['info', 'warn', 'error'],
  warn: ['warn', 'error'],
  error: ['error'],
  none: [],
}

// oxlint-disable-next-line no-control-regex -- a line break in a value would begin another line
const unsafe = /[\s="\u0000-\u001f\u007f]/

const logfmtValue = (value: unknown): string => {
  const text = typeof value === 'string' ? stripVTControlCharacters(value) : JSON.stringify(value)
  return text === '' || unsafe.test(text) ? JSON.stringify(text) : text
}

/** `ts=… level=info msg="config applied" revision=…` */
const logfmtLine = (fields: Readonly<Record<string, unknown>>): string => {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  return `${pairs.map(([name, value]) => `${name}=${logfmtValue(value)}`).join(' ')}\n`
}

/** A log on stderr in this style. */
export const openStyledLog = (
  { stderr, now }: Pick<Io, 'stderr' | 'now'>,
  { format, level }: LogStyle,
): Log => {
  const isShown = (entry: Entry): boolean => shownAt[level].includes(entry.level)
  const line = format === 'json' ? jsonLine : logfmtLine
  return (entry) => {
    if (!isShown(entry)) return
    const { msg, fields, hint } = entry
    stderr.write(line({ ts: now().toISOString(), level: entry.level, msg, ...fields, hint }))
  }
}
