import { type Reaction, ReactionError, toMs, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { runCheck } from '../process/check.js'
import { processNamed } from '../process/process-ref.js'
import type { Argv } from '../process/spawn.js'
import { inContext, type Where } from '../process/target-error.js'
import type { Question } from '../process/witness.js'
import { programOf, valueOf } from './program.js'
import { metricsAt } from './prometheus-metrics.js'
import { postReload } from './prometheus-post.js'
import { checkOf, serverOptions, serverReload, type StartedOptions } from './server-reload.js'

/** Options of {@link prometheus}: those of every server, how it is started, and where it answers. */
export interface PrometheusOptions extends StartedOptions {
  /** Where it answers, with its route prefix: `http://127.0.0.1:9090`. Without it, HUP is sent and nothing is proven. */
  readonly url?: string | URL
  /** With `url`: `post` (default) needs --web.enable-lifecycle and no shared process namespace; `signal` sends HUP. */
  readonly reload?: 'post' | 'signal'
}

const checkTimeoutMs = 30_000
const pollMs = 50

const checkArgv = (command: Argv): Argv => {
  const { args } = programOf('prometheus', command, /^prometheus$/)
  const file = valueOf(args, '--config.file') ?? '/etc/prometheus/prometheus.yml'
  return ['promtool', 'check', 'config', file]
}

const baseOf = (url: string | URL): URL => {
  const base = URL.canParse(String(url)) ? new URL(url) : undefined
  if (base?.protocol !== 'http:' && base?.protocol !== 'https:')
    throw new UsageError('BAD_OPTION', 'prometheus: url needs to begin with http:// or https://')
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return base
}

const byPost = (base: URL, options: PrometheusOptions, argv: Argv | undefined): Reaction<Question> => {
  const { verify = true, within = '10s' } = options
  const name = 'prometheus'
  const withinMs = toMs(within, 'within')
  const where = (stage: Where['stage'], revision: string): Where => ({ reaction: name, stage, revision })
  return {
    name,
    ...(argv && {
      check: (snapshot, context) => runCheck(name, { argv, timeoutMs: checkTimeoutMs }, snapshot, context),
    }),
    apply: ({ snapshot }, context) =>
      inContext(where('apply', snapshot.revision), async () => {
        const ask = await metricsAt(base, context.signal)
        await postReload(base, where('apply', snapshot.revision), context)
        return ask
      }),
    verify: async (ask, { signal, clock, change }) => {
      if (verify === false) return 'POST /-/reload was answered with status 200'
      const place = where('verify', change.snapshot.revision)
      const until = clock.now() + withinMs
      let word = await ask(signal)
      while (word.kind !== 'taken') {
        if (clock.now() >= until)
          throw new ReactionError('VERIFY_FAILED', place, `${name}: its metrics do not tell of a reload`, {
            hint: 'was it restarted meanwhile, or reloaded by somebody else with another config?',
            retryable: true,
          })
        await clock.sleep(pollMs, signal)
        word = await ask(signal)
      }
      const { evidence } = word
      if (typeof verify !== 'object') return evidence
      const probed = await inContext(place, () => verify.run(signal))
      return `${evidence}; ${probed ?? verify.describe}`
    },
  }
}

/**
 * Reloads Prometheus: `promtool check config`, POST /-/reload where `url` is given (else HUP), then proof by its own
 * metrics. What it answers to a config that it refuses is in the error, without values.
 *
 * @throws UsageError BAD_OPTION, BAD_DURATION
 * @example
 * reload(mount, prometheus({ url: 'http://127.0.0.1:9090' }))
 */
export const prometheus = (options: PrometheusOptions = {}): Reaction => {
  refuseUnknown('prometheus', options, { ...serverOptions, command: true, url: true, reload: true })
  const { command = ['prometheus'], url, reload = 'post', check } = options
  const base = url === undefined ? undefined : baseOf(url)
  const own = (): Argv => checkArgv(command)
  if (base && reload === 'post')
    return byPost(base, options, checkOf({ name: 'prometheus', check: own }, check))
  return serverReload(
    {
      name: 'prometheus',
      process: processNamed('prometheus'),
      signal: 'SIGHUP',
      check: own,
      verify: base ? ['itsWord'] : ['alive'],
      witness: base && ((_target, signal) => metricsAt(base, signal)),
      // Go catches every signal before the server in it does.
      leastAgeMs: 2000,
    },
    options,
  )
}

export type { Argv } from '../process/spawn.js'
export type { ServerOptions, StartedOptions } from './server-reload.js'
