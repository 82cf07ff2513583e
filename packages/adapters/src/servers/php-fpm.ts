import type { Reaction } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import type { Probe } from '../probe/probe.js'
import { processMatching } from '../process/process-ref.js'
import type { SignalReceipt } from '../process/signal.js'
import { type Argv, run } from '../process/spawn.js'
import { programOf } from './program.js'
import { serverOptions, serverReload, type StartedOptions } from './server-reload.js'

/** Options of {@link phpFpm}: those of every server, and how it is started. Default `php-fpm`. */
export type PhpFpmOptions = StartedOptions

const programs = /^php-fpm[\d.]*$/

const withFlag = (command: Argv, flag: '-t' | '-tt'): Argv => {
  const { file, args } = programOf('php-fpm', command, programs)
  return [file, flag, ...args]
}

/** Without process_control_timeout a reload cuts the requests that are under way. */
const remark = (command: Argv): Probe => ({
  describe: 'process_control_timeout',
  run: async (signal) => {
    const { output } = await run(withFlag(command, '-tt'), { signal, timeoutMs: 5000 })
    const [, time] = /process_control_timeout = (\d+)s/.exec(output) ?? []
    if (time === undefined) return 'process_control_timeout is unknown'
    return time === '0'
      ? 'requests under way were cut: process_control_timeout is not set'
      : `requests under way had ${time} s (process_control_timeout)`
  },
})

/**
 * Reloads php-fpm: `php-fpm -t`, USR2 to the master, then proof that every old worker is gone and new ones stay; of
 * one without workers (`pm = ondemand`), that the master has executed itself again. The evidence says when
 * `process_control_timeout` is not set: then requests under way were cut. php-fpm ends when it re-reads a bad config,
 * so there is no going without a check.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, phpFpm({ command: ['php-fpm', '-F'] }))
 */
export const phpFpm = (options: PhpFpmOptions = {}): Reaction<SignalReceipt> => {
  refuseUnknown('phpFpm', options, { ...serverOptions, command: true })
  const { command = ['php-fpm'], check } = options
  return serverReload(
    {
      name: 'php-fpm',
      process: processMatching(/^php-fpm: master process/),
      signal: 'SIGUSR2',
      check: () => withFlag(command, '-t'),
      diesOfBadConfig: true,
      reexecutes: true,
      verify: ['newWorkers', ...(typeof check === 'object' ? [] : [remark(command)])],
      // New workers come once the old ones have had their process_control_timeout.
      within: '25s',
    },
    options,
  )
}

export type { Argv } from '../process/spawn.js'
export type { ServerOptions, StartedOptions } from './server-reload.js'
