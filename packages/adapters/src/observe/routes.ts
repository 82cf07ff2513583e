import { UsageError } from '@hotmount/core'
import { type Answer, json, text } from './answer.js'
import type { Exposition } from './exposition.js'
import { page } from './page.js'
import { waitQuery } from './query.js'
import { liveOf, readyOf, type Seen, statusOf } from './status.js'
import { type Verdict, verdictText } from './verdict.js'
import type { WaitEnd, Waiters } from './waiters.js'

/** What the endpoints are made of. */
export interface Exhibits {
  readonly seen: Seen
  readonly waiters: Waiters
  /** The text of all metrics and its content type. @throws UsageError BAD_OPTION when prom-client is not installed */
  readonly metrics: () => Promise<Exposition>
}

/** A request as far as it matters; `signal` aborts when nobody waits for the answer any more. */
export interface Asked {
  readonly query: URLSearchParams
  readonly signal: AbortSignal
}

type Route = (exhibits: Exhibits, asked: Asked) => Answer | Promise<Answer>

const verdict = (found: Verdict): Answer => text(found.ok ? 200 : 503, verdictText(found))

const waitStatus: Readonly<Record<WaitEnd, number>> = { there: 200, time: 504, abort: 503, full: 503 }

const status: Route = async ({ seen, waiters }, { query, signal }) => {
  const wanted = waitQuery(
    query,
    seen.observed.map(({ name }) => name),
  )
  if (!wanted) return json(200, statusOf(seen))
  const end = await waiters.wait({ ...wanted, signal })
  if (end === 'full') return text(503, 'too many wait already', { 'retry-after': '5' })
  if (end === 'abort') return text(503, 'this server is closing', { 'retry-after': '5' })
  return json(waitStatus[end], statusOf(seen))
}

const metrics: Route = async (exhibits) => {
  try {
    return { status: 200, ...(await exhibits.metrics()) }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return text(501, `${error.message}\n${error.hint ?? ''}`)
  }
}

/** The endpoints by their paths. */
export const routes: Readonly<Record<string, Route>> = {
  '/': ({ seen }) => page(statusOf(seen)),
  '/livez': ({ seen }) => verdict(liveOf(seen)),
  '/readyz': ({ seen }) => verdict(readyOf(seen)),
  '/metrics': metrics,
  '/status': status,
}
