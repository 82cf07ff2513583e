import { type Change, type Duration, type Reaction, ReactionError, toMs } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { requireArgv } from '../options/required.js'
import type { Probe } from '../probe/probe.js'
import { runCheck } from './check.js'
import { quoteEnded } from './quote.js'
import { type Argv, describeEnding, run } from './spawn.js'
import { inContext } from './target-error.js'

/** Options of {@link command}. */
export interface CommandOptions {
  /** A command that must exit with 0 before the other one runs. */
  readonly check?: Argv
  /** For each of the two commands. Default 30 s; then its process group gets TERM, and KILL 2 s later. */
  readonly timeout?: Duration
  /** Default: none, exit code 0 is the proof. */
  readonly verify?: Probe
}

/** The kernel takes 128 KiB for one variable: longer lists are left out, and their count is still told. */
const mostNames = 100_000

const namesEnv = (what: string, keys: readonly string[]): NodeJS.ProcessEnv => {
  const names = keys.join('\n')
  const fits = Buffer.byteLength(names) <= mostNames
  return { [`HOTMOUNT_${what}_COUNT`]: String(keys.length), ...(fits && { [`HOTMOUNT_${what}`]: names }) }
}

/** What a command is told about a change: names and digests, never a value. Key names are separated by newlines. */
const changeEnv = ({ snapshot, added, changed, removed }: Change): NodeJS.ProcessEnv => ({
  HOTMOUNT_REVISION: snapshot.revision,
  HOTMOUNT_DIGEST: snapshot.digest,
  ...namesEnv('ADDED', added),
  ...namesEnv('CHANGED', changed),
  ...namesEnv('REMOVED', removed),
})

/**
 * Runs a command on each change; exit code 0 means applied. No shell reads it: for one, write `['sh', '-c', '…']`.
 * It finds HOTMOUNT_REVISION, HOTMOUNT_DIGEST, and HOTMOUNT_ADDED, _CHANGED and _REMOVED (key names; left out over
 * 100,000 bytes) with a _COUNT each in its environment. Throws APPLY_FAILED with the end of its output, from which the values of both revisions are taken out, and
 * which is withheld when a newer one has been mounted meanwhile. Values of keys that the mount leaves out (`keys`) are not
 * known here: a command that reads those too must not print them.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, command(['systemctl', 'reload', 'app'], { check: ['app', '--check-config'] }))
 */
export const command = (argv: Argv, options: CommandOptions = {}): Reaction<string> => {
  refuseUnknown('command', options, { check: true, timeout: true, verify: true })
  const { check, timeout = '30s', verify } = options
  requireArgv('command', argv)
  if (check !== undefined) requireArgv('command: check', check)
  const [file] = argv
  const name = `command ${file}`
  const timeoutMs = toMs(timeout, 'timeout')
  return {
    name,
    ...(check && {
      check: (snapshot, context) => runCheck(name, { argv: check, timeoutMs }, snapshot, context),
    }),
    apply: async (change, context) => {
      const { signal } = context
      const { ending, output } = await run(argv, { signal, timeoutMs, env: changeEnv(change) })
      if (ending.kind === 'exit' && ending.code === 0) return `${file} exited with code 0`
      const said = await quoteEnded(output, change.snapshot, context)
      throw new ReactionError(
        ending.kind === 'timeout' ? 'TIMED_OUT' : 'APPLY_FAILED',
        { reaction: name, stage: 'apply', revision: change.snapshot.revision },
        `${file} ${describeEnding(ending)}${said}`,
        {
          hint:
            ending.kind === 'unstartable'
              ? `is ${file} installed here, and in PATH?`
              : 'its output above says why; it is run again with growing pauses',
          retryable: true,
        },
      )
    },
    verify: async (receipt, { signal, change }) => {
      if (!verify) return receipt
      const where = { reaction: name, stage: 'verify', revision: change.snapshot.revision } as const
      const evidence = await inContext(where, () => verify.run(signal))
      return evidence ?? verify.describe
    },
  }
}
