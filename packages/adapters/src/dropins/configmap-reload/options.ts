import { METHODS } from 'node:http'
import { UsageError } from '@hotmount/core'
import { type Address, parseAddress } from '../address.js'
import { goSyntax, readFlags } from '../flags.js'
import { configmapReloadFlags } from './flags.js'
import type { Calling } from './webhooks.js'
import { labelOf } from './label.js'

/** A valid command line of configmap-reload. */
export interface ConfigmapReloadOptions extends Calling {
  readonly directories: readonly string[]
  readonly listen: Address
  readonly metricsPath: string
  /** Words after the flags, which mean nothing. */
  readonly ignored: number
}

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const wholeNumber = (text: string | undefined, fallback: number, flag: string): number => {
  if (text === undefined) return fallback
  if (/^[+-]?\d{1,9}$/.test(text)) return Number(text)
  throw bad(`${flag}: ${JSON.stringify(text)} is not a whole number`)
}

const methodOf = (text = 'POST'): string => {
  if (METHODS.includes(text)) return text
  throw bad(`-webhook-method: there is no method ${JSON.stringify(text)}`, 'as in: -webhook-method POST')
}

const pathOf = (text = '/metrics'): string => {
  if (text.startsWith('/')) return text
  throw bad('-web.telemetry-path: a path begins with a slash', 'as in: -web.telemetry-path /metrics')
}

/**
 * Reads the command line of configmap-reload. The two flags that it cannot do without may be missing from the result.
 *
 * @throws UsageError BAD_OPTION
 */
export const configmapReloadOptions = (argv: readonly string[]): ConfigmapReloadOptions => {
  const given = readFlags(argv, configmapReloadFlags, goSyntax)
  return {
    directories: given.all('volume-dir'),
    webhooks: given.all('webhook-url').map((url) => ({ url, label: labelOf(url) })),
    method: methodOf(given.one('webhook-method')),
    status: wholeNumber(given.one('webhook-status-code'), 200, '-webhook-status-code'),
    tries: wholeNumber(given.one('webhook-retries'), 1, '-webhook-retries'),
    listen: parseAddress(given.one('web.listen-address') ?? ':9533', '-web.listen-address'),
    metricsPath: pathOf(given.one('web.telemetry-path')),
    ignored: given.ignored,
  }
}
