import { readFile } from 'node:fs/promises'
import type { Reaction } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import type { Probe } from '../probe/probe.js'
import { processNamed } from '../process/process-ref.js'
import type { SignalReceipt } from '../process/signal.js'
import type { Argv } from '../process/spawn.js'
import { programOf, valueOf } from './program.js'
import { serverOptions, serverReload, type ServerOptions } from './server-reload.js'

/** Options of {@link gunicorn}: those of every server, and how it is started, or another check. */
export type GunicornOptions = ServerOptions &
  (
    | {
        /** The command line that starts it, such as `['gunicorn', '-c', 'conf.py', 'app:app']`: the check is made from it. */
        readonly command: Argv
      }
    | { readonly command?: undefined; readonly check: Argv }
  )

const checkArgv = (command: Argv): Argv => {
  const { file, args, interpreter } = programOf('gunicorn', command, /^gunicorn\d*(?:\.\d+)?$/)
  const [first = file, ...rest] = [...interpreter, file, '--check-config', ...args]
  return [first, ...rest]
}

/** With preload_app the master keeps the application it has imported: only settings are new after HUP. */
const preloads = async (command: Argv): Promise<boolean> => {
  if (command.includes('--preload')) return true
  const file = valueOf(command, '-c', '--config') ?? 'gunicorn.conf.py'
  const text = await readFile(file.replace(/^file:/, ''), 'utf8').catch(() => '')
  return /^[ \t]*preload_app[ \t]*=[ \t]*True\b/m.test(text)
}

const remark = (command: Argv): Probe => ({
  describe: 'preload_app',
  run: async () =>
    (await preloads(command))
      ? 'with preload_app the settings are new and the application is the old one'
      : 'preload_app not seen in its command line or config file',
})

/**
 * Reloads gunicorn: `gunicorn --check-config`, HUP to the master, then proof that a full set of new workers stays.
 * The check imports the application. gunicorn ends when it re-reads a bad config, so there is no going without a check.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, gunicorn({ command: ['gunicorn', '-c', '/etc/gunicorn/conf.py', 'app:app'] }))
 */
export const gunicorn = (options: GunicornOptions): Reaction<SignalReceipt> => {
  refuseUnknown('gunicorn', options, { ...serverOptions, command: true })
  const { command } = options
  return serverReload(
    {
      name: 'gunicorn',
      process: processNamed('gunicorn'),
      signal: 'SIGHUP',
      check: command && (() => checkArgv(command)),
      diesOfBadConfig: true,
      verify: ['newWorkers', ...(command ? [remark(command)] : [])],
      startsBeside: true,
      // Its master catches HUP before it has read the application.
      leastAgeMs: 2000,
    },
    options,
  )
}

export type { Argv } from '../process/spawn.js'
export type { ServerOptions } from './server-reload.js'
