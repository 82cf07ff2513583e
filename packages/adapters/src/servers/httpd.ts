import { type Reaction, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { processMatching } from '../process/process-ref.js'
import type { SignalReceipt } from '../process/signal.js'
import type { Argv } from '../process/spawn.js'
import { serverStatus } from './httpd-status.js'
import { programOf } from './program.js'
import { serverOptions, serverReload, type StartedOptions } from './server-reload.js'

/** Options of {@link httpd}: those of every server, how it is started, and where its status page is. */
export interface HttpdOptions extends StartedOptions {
  /** Where mod_status answers: its config generation is the proof then. `http://127.0.0.1/server-status`. */
  readonly statusUrl?: string | URL
}

const programs = /^(?:httpd|httpd-foreground|apache2|apachectl|apache2ctl)$/
const verbs = /^(?:start|restart|graceful|stop|graceful-stop)$/

const checkArgv = (command: Argv): Argv => {
  const { file, args } = programOf('httpd', command, programs)
  // The entrypoint of the official image is a script that would start the server.
  const program = file.replace(/httpd-foreground$/, 'httpd')
  const kept = args.filter((word, at) => !verbs.test(word) && word !== '-k' && args[at - 1] !== '-k')
  return [program, '-t', ...kept]
}

const statusOf = (url: string | URL): URL => {
  const target = URL.canParse(String(url)) ? new URL(url) : undefined
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:')
    throw new UsageError('BAD_OPTION', 'httpd: statusUrl needs to begin with http:// or https://')
  target.search = '?auto'
  return target
}

/**
 * Reloads Apache httpd: `httpd -t`, USR1 to the parent, then proof that new workers stay and, with `statusUrl`, that
 * the config generation went up. httpd ends when it re-reads a bad config, so there is no going without a check.
 * Without `command`, the check is `apachectl -t`.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, httpd({ statusUrl: 'http://127.0.0.1/server-status' }))
 */
export const httpd = (options: HttpdOptions = {}): Reaction<SignalReceipt> => {
  refuseUnknown('httpd', options, { ...serverOptions, command: true, statusUrl: true })
  const { command = ['apachectl'], statusUrl } = options
  return serverReload(
    {
      name: 'httpd',
      process: processMatching(/^(?:\S*\/)?(?:httpd|apache2)(?: |$)/),
      signal: 'SIGUSR1',
      check: () => checkArgv(command),
      diesOfBadConfig: true,
      startsBeside: true,
      witness: statusUrl === undefined ? undefined : serverStatus(statusOf(statusUrl)),
    },
    options,
  )
}

export type { Argv } from '../process/spawn.js'
export type { ServerOptions, StartedOptions } from './server-reload.js'
