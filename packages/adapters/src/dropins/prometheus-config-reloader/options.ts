import { UsageError } from '@hotmount/core'
import { parseTarget } from '../../http/target.js'
import { type Address, parseAddress } from '../address.js'
import { type Given, kingpinSyntax, readFlags } from '../flags.js'
import { goDurationMs } from '../go-duration.js'
import type { LogStyle } from '../log-style.js'
import { reloaderFlags } from './flags.js'

type Name = keyof typeof reloaderFlags

/** How Prometheus is told, and whom to ask whether it took the config. */
export interface Telling {
  readonly method: 'http' | 'signal'
  readonly reloadUrl: string
  readonly runtimeinfoUrl: string
  readonly processName: string
  readonly timeoutMs: number
  readonly caFile: string | undefined
  readonly bearerFile: string | undefined
}

/** A valid command line of prometheus-config-reloader. Times in milliseconds. */
export interface ReloaderOptions {
  readonly configFile: string | undefined
  readonly outputFile: string | undefined
  readonly watchedDirs: readonly string[]
  /** 0: write the file once and exit. */
  readonly watchMs: number
  readonly delayMs: number
  readonly retryMs: number
  readonly telling: Telling
  readonly ordinalFrom: string
  readonly listen: Address | undefined
  readonly webConfigFile: string | undefined
  readonly logStyle: LogStyle
  readonly version: boolean
}

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const oneOf = <const T extends string>(
  given: string | undefined,
  fallback: T,
  known: readonly T[],
  flag: string,
): T => {
  const found = known.find((each) => each === (given ?? fallback))
  if (found !== undefined) return found
  throw bad(`${flag}: ${JSON.stringify(given)} is none`, `there are: ${known.join(', ')}`)
}

const filled = (text: string | undefined): string | undefined => (text === '' ? undefined : text)

const urlOf = (given: string | undefined, fallback: string, flag: string): string => {
  const url = filled(given) ?? fallback
  parseTarget(flag, url)
  return url
}

const checkRatio = (text: string | undefined): void => {
  if (text !== undefined && !(Number(text) >= 0 && Number(text) <= 1))
    throw bad('--auto-gomemlimit-ratio: not a number from 0 to 1', 'it has no effect here: leave it out')
}

const tellingOf = (given: Given<Name>): Telling => {
  const telling = {
    method: oneOf(given.one('reload-method'), 'http', ['http', 'signal'], '--reload-method'),
    reloadUrl: urlOf(given.one('reload-url'), 'http://127.0.0.1:9090/-/reload', '--reload-url'),
    runtimeinfoUrl: urlOf(
      given.one('runtimeinfo-url'),
      'http://127.0.0.1:9090/api/v1/status/runtimeinfo',
      '--runtimeinfo-url',
    ),
    processName: filled(given.one('process-executable-name')) ?? 'prometheus',
    timeoutMs: goDurationMs(given.one('reload-timeout') ?? '30s', '--reload-timeout'),
    caFile: filled(given.one('reload-ca-file')),
    bearerFile: filled(given.one('reload-bearer-token-file')),
  }
  if (telling.timeoutMs === 0) throw bad('--reload-timeout: no time at all', 'the default is 30s')
  return telling
}

/** Reads the command line of prometheus-config-reloader. @throws UsageError BAD_OPTION BAD_DURATION */
export const reloaderOptions = (argv: readonly string[]): ReloaderOptions => {
  const given = readFlags(argv, reloaderFlags, kingpinSyntax)
  checkRatio(given.one('auto-gomemlimit-ratio'))
  const time = (name: Name, fallback: string): number =>
    goDurationMs(given.one(name) ?? fallback, `--${name}`)
  const listen = filled(given.one('listen-address'))
  return {
    configFile: filled(given.one('config-file')),
    outputFile: filled(given.one('config-envsubst-file')),
    watchedDirs: given.all('watched-dir'),
    watchMs: time('watch-interval', '3m'),
    delayMs: time('delay-interval', '1s'),
    retryMs: time('retry-interval', '5s'),
    telling: tellingOf(given),
    ordinalFrom: given.one('statefulset-ordinal-from-envvar') ?? 'POD_NAME',
    listen: listen === undefined ? undefined : parseAddress(listen, '--listen-address'),
    webConfigFile: filled(given.one('web-config-file')),
    logStyle: {
      format: oneOf(given.one('log-format'), 'logfmt', ['logfmt', 'json'], '--log-format'),
      level: oneOf(
        given.one('log-level'),
        'info',
        ['all', 'debug', 'info', 'warn', 'error', 'none'],
        '--log-level',
      ),
    },
    version: given.has('version'),
  }
}
