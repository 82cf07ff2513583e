import type { Reaction } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { processNamed } from '../process/process-ref.js'
import type { SignalReceipt } from '../process/signal.js'
import type { Argv } from '../process/spawn.js'
import { programOf } from './program.js'
import { serverOptions, serverReload, type ServerOptions } from './server-reload.js'

/** Options of {@link uwsgi}: those of every server, and how it is started, or another check. */
export type UwsgiOptions = ServerOptions &
  (
    | {
        /** The command line that starts it, such as `['uwsgi', '--ini', '/etc/uwsgi.ini']`: the check is made from it. */
        readonly command: Argv
      }
    | { readonly command?: undefined; readonly check: Argv }
  )

const checkArgv = (command: Argv): Argv => {
  const { file, args } = programOf('uwsgi', command, /^uwsgi(?:[-_].*)?$/)
  // It writes its pid file even when it only checks: the last --pidfile wins, or the server's would name the check.
  return [file, ...args, '--no-server', '--pidfile', '/dev/null']
}

/**
 * Reloads uWSGI: `uwsgi --no-server`, HUP to the master, then proof that every old worker is gone and new ones stay.
 * The check imports the application. uWSGI ends when it re-reads a bad config, so there is no going without a check.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, uwsgi({ command: ['uwsgi', '--ini', '/etc/uwsgi/app.ini'] }))
 */
export const uwsgi = (options: UwsgiOptions): Reaction<SignalReceipt> => {
  refuseUnknown('uwsgi', options, { ...serverOptions, command: true })
  const { command } = options
  return serverReload(
    {
      name: 'uwsgi',
      process: processNamed('uwsgi'),
      signal: 'SIGHUP',
      check: command && (() => checkArgv(command)),
      diesOfBadConfig: true,
      // It catches HUP before it can act on it, and loses it.
      leastAgeMs: 2000,
      // Workers finish their requests first, for a second at least.
      within: '25s',
    },
    options,
  )
}

export type { Argv } from '../process/spawn.js'
export type { ServerOptions } from './server-reload.js'
