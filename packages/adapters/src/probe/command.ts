import { type Duration, toMs } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { requireArgv } from '../options/required.js'
import { type Argv, describeEnding, run } from '../process/spawn.js'
import type { Probe } from './probe.js'
import { until } from './retry.js'

/**
 * Runs a command until it exits with 0. Its output is read by nobody.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * commandProbe(['pg_isready', '--quiet'], { within: '30s' })
 */
export const commandProbe = (argv: Argv, options: { readonly within?: Duration } = {}): Probe => {
  refuseUnknown('commandProbe', options, { within: true })
  requireArgv('commandProbe', argv)
  const withinMs = toMs(options.within ?? '10s', 'within')
  const describe = `command ${argv[0]}`
  const hint = `run ${argv[0]} by hand, as the same user, to see what it says`
  return {
    describe,
    run: async (signal) => {
      await until({ describe, withinMs, eachMs: withinMs, signal, hint }, async (each) => {
        const ending = await run(argv, { signal: each, timeoutMs: withinMs }).then(
          (outcome) => outcome.ending,
          () => ({ kind: 'timeout', ms: withinMs }) as const,
        )
        return ending.kind === 'exit' && ending.code === 0
          ? { yes: true, evidence: 'exit code 0' }
          : { yes: false, why: `it ${describeEnding(ending)}` }
      })
      return `${describe} exited with code 0`
    },
  }
}
