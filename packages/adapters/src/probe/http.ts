import { type Duration, toMs, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import { errnoOf } from '../process/errno.js'
import { exchange, type Response } from './exchange.js'
import type { Probe } from './probe.js'
import { type Answer, until } from './retry.js'

/** Options of {@link httpProbe}. */
export interface HttpProbeOptions {
  /** How long it may take until the answer is right. Default 10 s. */
  readonly within?: Duration
  /** Default: any from 200 to 299. Redirects are not followed. */
  readonly status?: number
  /** A text that the body contains, or a pattern that it matches. Only its first MiB is read. */
  readonly body?: string | RegExp
  /** How many right answers in a row it takes. Default 3: old workers answer beside new ones for 100 ms. */
  readonly times?: number
}

const judge = ({ status, body }: Response, options: HttpProbeOptions): Answer => {
  const wanted = options.status === undefined ? status >= 200 && status < 300 : status === options.status
  if (!wanted) return { yes: false, why: `status ${status}, not ${options.status ?? '2xx'}` }
  if (options.body === undefined) return { yes: true, evidence: `status ${status}` }
  const matches =
    typeof options.body === 'string' ? body.includes(options.body) : body.search(options.body) >= 0
  return matches
    ? { yes: true, evidence: `status ${status}, body as expected` }
    : { yes: false, why: `status ${status}, but not the expected body` }
}

/**
 * Asks by HTTP GET, on a new connection each time, until the answer is right several times in a row.
 * Neither a body nor the query of the URL is ever printed.
 *
 * @throws UsageError BAD_OPTION for something that is no http or https URL, BAD_DURATION
 * @example
 * httpProbe('http://127.0.0.1:8080/version', { body: 'v2', within: '5s' })
 */
export const httpProbe = (url: string | URL, options: HttpProbeOptions = {}): Probe => {
  const target = URL.canParse(String(url)) ? new URL(url) : undefined
  if (target?.protocol !== 'http:' && target?.protocol !== 'https:')
    throw new UsageError('BAD_OPTION', 'httpProbe needs a URL that begins with http:// or https://', {
      hint: 'give the whole address: http://127.0.0.1:8080/healthz',
    })
  refuseUnknown('httpProbe', options, { within: true, status: true, body: true, times: true })
  const withinMs = toMs(options.within ?? '10s', 'within')
  const describe = `GET ${target.origin}${target.pathname}`
  return {
    describe,
    run: async (signal) => {
      const hint = 'is this the address the server listens on with the new config?'
      const evidence = await until({ describe, withinMs, signal, times: options.times ?? 3, hint }, (each) =>
        exchange(target, { signal: each }).then(
          (response) => judge(response, options),
          (error: unknown) => ({ yes: false, why: each.aborted ? 'no answer in time' : errnoOf(error) }),
        ),
      )
      return `${describe}: ${evidence}`
    },
  }
}
