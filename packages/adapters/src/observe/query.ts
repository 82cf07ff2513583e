import { type Duration, toMs, UsageError } from '@hotmount/core'

/** What `/status` was asked to wait for. */
export interface WaitQuery {
  readonly digest: string
  readonly mount: string | undefined
  readonly timeoutMs: number
}

const longestMs = 600_000
const known = new Set(['wait', 'mount', 'timeout'])

const bad = (message: string): UsageError =>
  new UsageError('BAD_OPTION', message, { hint: '/status?wait=DIGEST&timeout=30s&mount=NAME' })

/** Reads the query of `/status`; undefined when there is nothing to wait for. @throws UsageError BAD_OPTION BAD_DURATION */
export const waitQuery = (query: URLSearchParams, mounts: readonly string[]): WaitQuery | undefined => {
  for (const name of query.keys()) {
    if (!known.has(name)) throw bad(`there is no parameter ${JSON.stringify(name)}`)
    if (query.getAll(name).length > 1) throw bad(`${name} is given more than once`)
  }
  const digest = query.get('wait')
  if (digest === null) {
    if (query.size > 0) throw bad('timeout and mount belong to wait')
    return undefined
  }
  if (!/^[\da-f]{64}$/i.test(digest)) throw bad('wait is no digest: 64 hexadecimal digits')
  const mount = query.get('mount') ?? undefined
  if (mount !== undefined && !mounts.includes(mount))
    throw bad(`there is no mount ${JSON.stringify(mount)}; there are: ${mounts.join(', ')}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- toMs refuses what is none
  const timeoutMs = toMs((query.get('timeout') ?? '30s') as Duration, 'timeout')
  if (timeoutMs > longestMs) throw bad('timeout is longer than 10m: ask again instead')
  return { digest: digest.toLowerCase(), mount, timeoutMs }
}
