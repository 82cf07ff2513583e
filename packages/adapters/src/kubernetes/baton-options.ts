import { randomBytes } from 'node:crypto'
import { type Duration, toMs, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'
import type { KubeClient } from './client.js'
import type { LeaseOptions } from './lease-settings.js'
import { ownPodName } from './workload-ref.js'

/** Options of {@link oneAtATime}. */
export interface BatonOptions {
  /** Name of the Lease that goes from replica to replica. The same for all that must not reload at once. */
  readonly lease: string
  /** Of the Lease. Default: the client's own. */
  readonly namespace?: string
  /** Default: `kubeClient()`, made when it is needed first. */
  readonly client?: KubeClient
  /** The name of this pod. Default: `POD_NAME`, then the host name. */
  readonly pod?: string
  /** When a replica is killed while it reloads, the next one goes on after this. Whole seconds; default 15 s. */
  readonly duration?: Duration
  /** Between two looks whether it is our turn. Default 2 s. */
  readonly retry?: Duration
  /** How long one try waits for its turn. Default, and at most: nine tenths of the loop's `timeout`. */
  readonly wait?: Duration
  /** Told of each wait: which pod has the Lease, and which revision waits for it. */
  readonly onWait?: (holder: string, revision: string) => void
}

/** Options that were looked at. */
export interface BatonSettings {
  readonly lease: Pick<LeaseOptions, 'name' | 'namespace' | 'identity' | 'duration' | 'retry'>
  readonly client: KubeClient | undefined
  readonly waitMs: number
  readonly onWait: BatonOptions['onWait']
}

const isName = (name: string): boolean => /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(name)

/** Identities end in these: two loops of one pod are two. */
const ending = /_[0-9a-f]{8}$/

/** The pod of an identity. */
export const podIn = (identity: string): string => identity.replace(ending, '')

/** @throws UsageError BAD_OPTION BAD_DURATION */
export const batonSettings = (options: BatonOptions): BatonSettings => {
  refuseUnknown('oneAtATime', options, {
    lease: true,
    namespace: true,
    client: true,
    pod: true,
    duration: true,
    retry: true,
    wait: true,
    onWait: true,
  })
  const { lease: name, namespace, client, pod = ownPodName(), duration, retry, wait, onWait } = options
  if (typeof name !== 'string' || !isName(name))
    throw new UsageError('BAD_OPTION', `lease: ${JSON.stringify(name)} is no name of a Lease`, {
      hint: "such as 'shop-config': small letters, digits, dashes and dots",
    })
  const identity = `${pod}_${randomBytes(4).toString('hex')}`
  return {
    lease: {
      name,
      identity,
      ...(namespace !== undefined && { namespace }),
      ...(duration !== undefined && { duration }),
      ...(retry !== undefined && { retry }),
    },
    client,
    waitMs: wait === undefined ? Number.POSITIVE_INFINITY : toMs(wait, 'wait'),
    onWait,
  }
}
