import {
  type Change,
  HotmountError,
  type Key,
  type ReactionContext,
  ReactionError,
  type Snapshot,
  systemClock,
  watchConfigMap,
} from '@hotmount/core'
import { remember } from './placed.js'
import { checkTimeoutMs, type Staging } from './staging.js'
import type { StagingArea } from './staging-area.js'

/** What a server that starts now will find. */
export interface BroughtUp {
  /** The directory to read from: it always shows what is published. */
  readonly directory: string
  /** What is in it, for the option `applied` of `reload`: then the loop brings what is mounted, with every proof. */
  readonly applied: Snapshot
  /** Whether that is the snapshot it was brought up with. If not, it is the last known good one. */
  readonly isLatest: boolean
  /** Why the snapshot was refused, where there was nothing proven and it had to be checked at once. */
  readonly refused: HotmountError | undefined
}

const matches = (keys: readonly Key[], selectors: readonly (Key | RegExp)[]): boolean =>
  keys.some((key) =>
    selectors.some((selector) =>
      typeof selector === 'string' ? selector === key : key.search(selector) >= 0,
    ),
  )

const firstChange = (snapshot: Snapshot): Change => ({
  snapshot,
  previous: snapshot,
  added: snapshot.keys(),
  changed: [],
  removed: [],
  touches: (...selectors) => matches(snapshot.keys(), selectors),
})

/** What is published, as a snapshot. */
const readBack = async (area: StagingArea, published: string): Promise<Snapshot> => {
  const mount = await watchConfigMap(area.into, { maxBytes: Number.MAX_SAFE_INTEGER, resync: false })
  const { snapshot } = mount
  await mount.close()
  remember(snapshot, area.into, published)
  return snapshot
}

// No loop is there to withhold what a stranger's check says, which may quote a value.
const explain = (staging: Staging, snapshot: Snapshot, thrown: unknown): HotmountError => {
  if (thrown instanceof HotmountError) return thrown
  const what = thrown instanceof Error ? thrown.name : `a ${typeof thrown}`
  return new ReactionError(
    'CHECK_FAILED',
    staging.where('check', snapshot),
    `${staging.name}: its check threw ${what}`,
    {
      hint: 'what was thrown is in error.origin; it may quote a config value',
      origin: thrown,
    },
  )
}

const tooLong = (staging: Staging, snapshot: Snapshot): ReactionError =>
  new ReactionError(
    'TIMED_OUT',
    staging.where('check', snapshot),
    `${staging.name}: the check of ${snapshot.revision} took longer than ${checkTimeoutMs} ms`,
    { hint: 'find out what the check waits for', retryable: true },
  )

/** Fills the directory: with what was proven in an earlier life, else with this snapshot if it is accepted. */
export const bringUp = async (
  area: StagingArea,
  staging: Staging,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<BroughtUp> => {
  const time = new AbortController()
  const context: ReactionContext = {
    signal: AbortSignal.any([signal, time.signal]),
    attempt: 1,
    timeoutMs: checkTimeoutMs,
    clock: systemClock,
    change: firstChange(snapshot),
    latest: () => snapshot,
    resync: () => Promise.resolve(snapshot),
  }
  const up = (applied: Snapshot, refused?: HotmountError): BroughtUp => ({
    directory: area.live,
    applied,
    isLatest: applied === snapshot,
    refused,
  })
  await staging.recover(snapshot)
  const published = await area.published()
  if (published !== undefined && published === (await area.verified()))
    return up((await staging.isPublished(snapshot)) ? snapshot : await readBack(area, published))
  // No loop is there to end a check that waits for something for ever.
  const timer = setTimeout(() => time.abort(tooLong(staging, snapshot)), checkTimeoutMs)
  try {
    await staging.first(snapshot, context)
    return up(snapshot)
  } catch (thrown) {
    signal.throwIfAborted()
    const refused = explain(staging, snapshot, thrown)
    if (published === undefined) throw refused
    // Never proven, but it passed its check once: better than nothing to start with.
    return up(await readBack(area, published), refused)
  } finally {
    clearTimeout(timer)
  }
}
