import type { IncomingHttpHeaders } from 'node:http'
import { retryAfterMs } from '../http/retry.js'
import type { Refused } from './api-error.js'

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Words that an API server makes up itself; anything else could be quoted from an object. */
const word = (value: unknown): string =>
  typeof value === 'string' && /^[A-Za-z]{1,60}$/.test(value) ? value : ''

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return undefined
  }
}

const fieldsOf = (details: unknown): readonly string[] => {
  const causes: readonly unknown[] =
    isRecord(details) && Array.isArray(details['causes']) ? details['causes'] : []
  return causes
    .map((cause) => (isRecord(cause) ? cause['field'] : undefined))
    .filter((field): field is string => typeof field === 'string' && /^[\w.[\]/-]{1,120}$/.test(field))
    .slice(0, 5)
}

/** Reads a `Status`. Its message is not passed on: it quotes what was refused. */
export const refusedOf = (status: number, headers: IncomingHttpHeaders, body: unknown): Refused => {
  const said = isRecord(body) ? body : {}
  const { message, reason, details, code } = said
  const user = typeof message === 'string' ? /\bUser "([\w:.@/-]{1,200})"/.exec(message)?.[1] : undefined
  const seconds = isRecord(details) ? details['retryAfterSeconds'] : undefined
  const told = typeof seconds === 'number' && seconds > 0 ? String(Math.ceil(seconds)) : undefined
  return {
    // The error of a watch comes in a stream that began with 200.
    status: status === 200 && typeof code === 'number' ? code : status,
    reason: word(reason),
    user,
    fields: fieldsOf(details),
    retryAfterMs: retryAfterMs(headers['retry-after'] ?? told, Date.now()),
  }
}

/** Reads the text of a `Status`. */
export const refusedIn = (status: number, headers: IncomingHttpHeaders, text: string): Refused =>
  refusedOf(status, headers, parsed(text))
