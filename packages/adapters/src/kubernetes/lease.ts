import { Emitter } from '@hotmount/core'
import { ApiError, hasStatus, isConflict } from './api-error.js'
import type { KubeClient } from './client.js'
import { HeldLease } from './held-lease.js'
import { heldForMs, type Observation, observe, taken } from './lease-record.js'
import { type Held, type LeaseOptions, leaseSettings, type LeaseSettings } from './lease-settings.js'
import type { LeaseObject } from './objects.js'
import { resources } from './resources.js'

/** Whether asking again later can help without anybody doing anything. */
const isPassing = (error: unknown): boolean =>
  error instanceof ApiError && error.retryable && error.code !== 'TARGET_FORBIDDEN'

/**
 * Waits until a Lease is ours, makes it if it is not there, and renews it until it is released or lost. Needs `get`,
 * `create` and `update` on leases.
 *
 * @throws ApiError TARGET_FORBIDDEN; the signal's reason when aborted
 * @throws UsageError BAD_OPTION BAD_DURATION
 * @example
 * await using held = await acquireLease(client, { name: 'hotmount-controller', identity: `${hostname()}_${randomUUID()}` })
 * await work(held.signal)
 */
export const acquireLease = async (client: KubeClient, options: LeaseOptions): Promise<Held> => {
  const settings = leaseSettings(options)
  const { ref, identity, durationMs, retryMs, clock } = settings
  const { signal } = options
  // What a listener throws is no reason to wait no more.
  const waits = new Emitter<{ wait: [holder: string] }>()
  if (options.onWait) waits.on('wait', options.onWait)
  let observed: Observation | undefined
  let told: string | undefined
  for (;;) {
    signal?.throwIfAborted()
    const startedAt = clock.now()
    let waitMs = retryMs
    try {
      const lease = await client.get(resources.leases, ref, signal)
      observed = observe(observed, lease, startedAt)
      const leftMs = heldForMs(lease, observed, identity, startedAt)
      if (leftMs <= 0) {
        const mine = await client.update(resources.leases, taken(lease, identity, durationMs, startedAt), {
          signal,
        })
        return new HeldLease(client, settings, mine, startedAt)
      }
      waitMs = Math.min(retryMs, leftMs)
      const holder = lease.spec?.holderIdentity ?? ''
      if (holder !== told) waits.emit('wait', holder)
      told = holder
    } catch (error) {
      signal?.throwIfAborted()
      if (hasStatus(error, 404)) {
        const made = await create(client, options, settings, startedAt)
        if (made) return new HeldLease(client, settings, made, startedAt)
      } else if (!isConflict(error) && !isPassing(error)) throw error
    }
    // Jitter: those who wait for the same lease do not all ask at once.
    await clock.sleep(waitMs * (1 + 0.2 * Math.random()), signal)
  }
}

const create = async (
  client: KubeClient,
  { labels, signal }: LeaseOptions,
  { ref, identity, durationMs }: LeaseSettings,
  now: number,
): Promise<LeaseObject | undefined> => {
  const { name, namespace } = ref
  const metadata = { name, ...(namespace !== undefined && { namespace }), ...(labels && { labels }) }
  try {
    return await client.create(resources.leases, taken({ metadata }, identity, durationMs, now), { signal })
  } catch (error) {
    signal?.throwIfAborted()
    // Somebody was faster; or no answer came, and it is looked at again whose it is.
    if (hasStatus(error, 409) || isPassing(error)) return undefined
    throw error
  }
}
