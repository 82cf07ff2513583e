import { setTimeout as sleep } from 'node:timers/promises'
import { targetError } from '../../process/target-error.js'
import type { Question, Word } from '../../process/witness.js'
import type { Caller } from './caller.js'

/** What Prometheus tells of its config at /api/v1/status/runtimeinfo. */
export interface RuntimeInfo {
  readonly isSuccessful: boolean
  /** Of the last config that was taken, to the second. */
  readonly lastConfigTime: string
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined

/** Reads the answer; undefined when it is another one. */
export const runtimeInfoIn = (body: string): RuntimeInfo | undefined => {
  try {
    const data = field(JSON.parse(body), 'data')
    const [isSuccessful, lastConfigTime] = [field(data, 'reloadConfigSuccess'), field(data, 'lastConfigTime')]
    return typeof isSuccessful === 'boolean' && typeof lastConfigTime === 'string'
      ? { isSuccessful, lastConfigTime }
      : undefined
  } catch {
    return undefined
  }
}

/** One that has refused a config before says the same of the next one: so long it may take to say something else. */
const patienceMs = 5000

/** What it says `sinceMs` after a reload, as compared with what it said before. */
export const wordOf = (before: RuntimeInfo, now: RuntimeInfo | undefined, sinceMs: number): Word => {
  if (!now) return { kind: 'silent' }
  if (now.isSuccessful && now.lastConfigTime !== before.lastConfigTime)
    return { kind: 'taken', evidence: 'reloadConfigSuccess is true and lastConfigTime moved on' }
  const isRefused = !now.isSuccessful && (before.isSuccessful || sinceMs >= patienceMs)
  return isRefused ? { kind: 'refused', said: '' } : { kind: 'silent' }
}

/** Milliseconds until a reload can be told from the last one, as both would have the same second. */
const sameSecondMs = ({ lastConfigTime }: RuntimeInfo, now: number): number => {
  const next = Math.floor(Date.parse(lastConfigTime) / 1000) * 1000 + 1000
  return next > now && next - now <= 1000 ? next - now : 0
}

/**
 * Asks now; returns the question whether a config has been taken since.
 *
 * @throws ReactionError APPLY_FAILED when it cannot be asked
 */
export const runtimeInfoAt = async (caller: Caller, signal: AbortSignal): Promise<Question> => {
  const read = async (by: AbortSignal): Promise<RuntimeInfo | undefined> => {
    const ended = await caller.send(by)
    return ended.kind === 'answer' && ended.status === 200
      ? runtimeInfoIn(ended.body.toString('utf8'))
      : undefined
  }
  const before = await read(signal)
  if (!before)
    throw targetError(
      'APPLY_FAILED',
      caller.shown,
      `${caller.shown} does not tell of its config, so a reload could not be proven`,
      {
        hint: 'is --runtimeinfo-url where Prometheus answers, with its --web.route-prefix? One that starts is asked again',
        retryable: true,
      },
    )
  const waitMs = sameSecondMs(before, Date.now())
  if (waitMs > 0) await sleep(waitMs, undefined, { signal })
  let first: number | undefined
  return async (later) => {
    first ??= Date.now()
    return wordOf(before, await read(later).catch(() => undefined), Date.now() - first)
  }
}
