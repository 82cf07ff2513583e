import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '@hotmount/core'
import type { KubeClient } from '../kubernetes/client.js'
import { acquireLease } from '../kubernetes/lease.js'
import type { Held } from '../kubernetes/lease-settings.js'

/** Which Lease says who acts, and who we are. */
export interface Leadership {
  readonly lease: string
  readonly namespace: string | undefined
  readonly identity: string
}

/**
 * Who a process is. The name of a pod is nobody else's, and a container that is started anew in it goes on at once; on a
 * host there may be two controllers, and each took the Lease of the other for its own.
 */
export const leaderIdentity = (pod: string | undefined): string =>
  pod === undefined || pod === '' ? `${hostname()}_${randomBytes(4).toString('hex')}` : pod

/** Tells of what happens. */
export interface LeadEvents {
  readonly onLead: () => void
  readonly onLost: () => void
  /** The Lease cannot be taken: it is tried again. */
  readonly onTrouble: (error: unknown) => void
}

const retryMs = 5000

const take = async (
  client: KubeClient,
  { lease, namespace, identity }: Leadership,
  {
    clock,
    signal,
    onTrouble,
  }: Pick<LeadEvents, 'onTrouble'> & { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Held> => {
  const place = namespace === undefined ? {} : { namespace }
  for (;;) {
    try {
      return await acquireLease(client, { name: lease, ...place, identity, signal, clock })
    } catch (error) {
      signal.throwIfAborted()
      onTrouble(error)
      await clock.sleep(retryMs, signal)
    }
  }
}

/**
 * Works while a Lease is ours, again and again, until aborted. `work` is aborted before anybody else can have the
 * Lease; what it was about to write then fails, as every write names the version that it is based on.
 */
export const lead = async (
  client: KubeClient,
  leadership: Leadership,
  work: (signal: AbortSignal) => Promise<void>,
  events: LeadEvents & { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> => {
  const { signal, onLead, onLost } = events
  while (!signal.aborted) {
    await using held = await take(client, leadership, events)
    onLead()
    const both = AbortSignal.any([signal, held.signal])
    try {
      await work(both)
    } catch (error) {
      if (!both.aborted) throw error
    } finally {
      onLost()
    }
  }
}
