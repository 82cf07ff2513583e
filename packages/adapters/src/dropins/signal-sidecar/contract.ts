import { UsageError } from '@hotmount/core'

/** What each signal is for. */
const signals = { HUP: 'SIGHUP', USR1: 'SIGUSR1', QUIT: 'SIGQUIT' } as const

/** The environment of a signal sidecar, read. */
export interface Contract {
  readonly file: string
  readonly process: string
  readonly signal: (typeof signals)[keyof typeof signals]
}

const isSignal = (text: string): text is keyof typeof signals => Object.hasOwn(signals, text)

/**
 * Reads FILE, PROCESS and SIGNAL.
 *
 * @throws UsageError BAD_OPTION when one is missing, or the signal is none of HUP, USR1 and QUIT
 */
export const contractOf = (env: Readonly<Record<string, string | undefined>>): Contract => {
  const { FILE: file = '', PROCESS: process = '', SIGNAL: signal = '' } = env
  const missing = Object.entries({ FILE: file, PROCESS: process, SIGNAL: signal }).filter(
    ([, value]) => value === '',
  )
  if (missing.length > 0)
    throw new UsageError('BAD_OPTION', `not set: ${missing.map(([name]) => name).join(', ')}`, {
      hint: 'as in: FILE=/etc/nginx/conf.d/default.conf PROCESS=nginx SIGNAL=HUP',
    })
  if (isSignal(signal)) return { file, process, signal: signals[signal] }
  throw new UsageError('BAD_OPTION', 'SIGNAL is none of those that are supported', {
    hint: 'HUP to reload, USR1 to reopen logs, QUIT to stop gracefully. Others: hotmount sidecar --signal',
  })
}
