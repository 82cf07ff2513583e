import { readFile } from 'node:fs/promises'
import { MountError, systemClock, UsageError } from '@hotmount/core'
import type { Args } from './args.js'
import type { Io } from './io.js'
import { errnoOf } from '../process/errno.js'
import { whyNotYet } from './why-not-yet.js'

/** Name of a flag about a hotmount that serves state. */
export type UrlFlag = 'url' | 'mount' | 'token-file'

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

/** The longest that one question may take: a proxy between cuts off what is silent for long. */
const longestAskMs = 30_000
const pauseMs = 500
/** A page longer than this is no `/status`. */
const mostBytes = 16 * 1024 * 1024

const tokenFrom = async (path: string | undefined): Promise<string | undefined> => {
  if (path === undefined) return undefined
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw new MountError(
      'MOUNT_UNREADABLE',
      path,
      `--token-file: ${path} cannot be read (${errnoOf(thrown)})`,
    )
  })
  return text.trim()
}

/** Where a hotmount serves state. @throws UsageError BAD_OPTION */
export const baseFrom = (text = 'http://127.0.0.1:9533'): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw bad('--url: not a URL that begins with http:// or https://', 'as in: --url http://127.0.0.1:9533')
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/** What one question brought: it is there, it is not yet (and why), or it never will be. */
type Answer = { readonly kind: 'there' } | { readonly kind: 'notYet'; readonly why: string }

const refusals: Readonly<Record<number, string>> = {
  401: 'it wants a token: --token-file PATH',
  403: 'it refuses the token, or this way of asking',
}

/** What stands in the way, by the status that comes with a 504. */
const whyIn = async (response: Response, { searchParams }: URL): Promise<string> => {
  const isSmall = Number(response.headers.get('content-length') ?? Number.NaN) <= mostBytes
  // What is not read to its end keeps its connection, and this process with it.
  const read = isSmall ? response.json() : response.body?.cancel()
  const status: unknown = await read?.catch(() => undefined)
  if (status === undefined) return 'it is not in effect yet'
  return whyNotYet(status, searchParams.get('wait') ?? '', searchParams.get('mount') ?? undefined)
}

const askOnce = async (
  url: URL,
  token: string | undefined,
  limitMs: number,
  signal: AbortSignal,
): Promise<Answer> => {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(limitMs))])
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  let response: Response
  try {
    response = await fetch(url, { headers, signal: limit, redirect: 'error' })
  } catch (thrown) {
    signal.throwIfAborted()
    const cause: unknown = thrown instanceof Error ? thrown.cause : undefined
    return {
      kind: 'notYet',
      why: limit.aborted ? 'it does not answer' : `it cannot be reached (${errnoOf(cause)})`,
    }
  }
  const { status } = response
  if (status === 504) return { kind: 'notYet', why: await whyIn(response, url) }
  await response.body?.cancel()
  if (status === 200) return { kind: 'there' }
  const refusal = refusals[status]
  if (refusal !== undefined) throw bad(`${url.origin} answered ${status}`, refusal)
  if (status === 400)
    throw bad(
      `${url.origin} answered 400: it has no such mount, or is another version`,
      'see its /status for its mounts',
    )
  return { kind: 'notYet', why: `it answered ${status}` }
}

/** Asks until it is there, or time is up: then why not. */
const askUntil = async (
  ask: (waitMs: number) => Promise<Answer>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const end = systemClock.now() + timeoutMs
  for (;;) {
    const left = Math.max(0, end - systemClock.now())
    const answer = await ask(Math.min(left, longestAskMs))
    if (answer.kind === 'there') return undefined
    if (end - systemClock.now() <= pauseMs) return answer.why
    await systemClock.sleep(pauseMs, signal)
  }
}

/** Waits for one hotmount that serves state. @throws UsageError, MountError */
export const waitForUrl = async (
  args: Args<UrlFlag>,
  base: URL,
  digest: string,
  timeoutMs: number,
  { signal }: Io,
): Promise<{ readonly where: string; readonly why: string | undefined }> => {
  const token = await tokenFrom(args.one('token-file'))
  const mount = args.one('mount')
  const ask = (waitMs: number): Promise<Answer> => {
    const url = new URL('status', base)
    url.searchParams.set('wait', digest)
    url.searchParams.set('timeout', `${Math.round(waitMs)}ms`)
    if (mount !== undefined) url.searchParams.set('mount', mount)
    return askOnce(url, token, waitMs + 5000, signal)
  }
  return { where: base.origin, why: await askUntil(ask, timeoutMs, signal) }
}
