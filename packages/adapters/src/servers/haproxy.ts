import type { Reaction } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { processNamed } from '../process/process-ref.js'
import type { SignalReceipt } from '../process/signal.js'
import type { Argv } from '../process/spawn.js'
import { masterEnviron, masterSocket } from './haproxy-master.js'
import { programOf } from './program.js'
import { serverOptions, serverReload, type StartedOptions } from './server-reload.js'

/** Options of {@link haproxy}: those of every server, how it is started, and where its master socket is. */
export interface HaproxyOptions extends StartedOptions {
  /** The path given with `-S`: then the master itself tells whether a reload succeeded. */
  readonly socket?: string
}

const checkArgv = (command: Argv): Argv => {
  const { file, args } = programOf('haproxy', command, /^haproxy$/)
  // Quiet, it would not say why either.
  return [file, '-c', ...args.filter((word) => word !== '-q')]
}

/**
 * Reloads HAProxy in master-worker mode (`-W`): `haproxy -c`, USR2 to the master, then proof that a new worker stays
 * and that the master counts a reload that succeeded, by its socket or by its environment. A reload that it refused
 * is told as soon as the master knows.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * const command = ['haproxy', '-W', '-db', '-S', '/run/haproxy.sock', '-f', '/etc/haproxy/haproxy.cfg'] as const
 * reload(mount, haproxy({ command, socket: '/run/haproxy.sock' }))
 */
export const haproxy = (options: HaproxyOptions = {}): Reaction<SignalReceipt> => {
  refuseUnknown('haproxy', options, { ...serverOptions, command: true, socket: true })
  const { command = ['haproxy', '-f', '/etc/haproxy/haproxy.cfg'], socket } = options
  return serverReload(
    {
      name: 'haproxy',
      process: processNamed('haproxy'),
      signal: 'SIGUSR2',
      check: () => checkArgv(command),
      // A name server that is down fails the check too.
      retryable: /could not resolve address/,
      witness: socket === undefined ? masterEnviron : masterSocket(socket),
      startsBeside: true,
    },
    options,
  )
}

export type { Argv } from '../process/spawn.js'
export type { ServerOptions, StartedOptions } from './server-reload.js'
