import { type Clock, type Duration, systemClock, toMs, UsageError } from '@hotmount/core'
import { refuseUnknown } from '../options/known.js'

/** Options of {@link acquireLease}. */
export interface LeaseOptions {
  readonly name: string
  readonly namespace?: string
  /** Who we are: unique per process, or several hold it at once. The pod's name, or the host's and something random. */
  readonly identity: string
  /** Others may take it when it was not renewed for this long. Whole seconds; default 15 s. */
  readonly duration?: Duration
  /** We give up when it could not be renewed for this long. Default two thirds of the duration. */
  readonly renewWithin?: Duration
  /** Between two tries to take or to renew it. Default 2 s. */
  readonly retry?: Duration
  /** Of a lease that is made here. */
  readonly labels?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Told who else has it, at first and whenever that is somebody else. */
  readonly onWait?: (holder: string) => void
  /** For tests. */
  readonly clock?: Clock
}

/** A lease that is ours, renewed until it is released or lost. */
export interface Held extends AsyncDisposable {
  readonly identity: string
  /** Aborts when the lease is lost: stop what only its holder may do. It is lost before anybody else can have it. */
  readonly signal: AbortSignal
  /** Whether it is ours at this moment; asked on the clock, for a process that was stopped for a while. */
  readonly isHeld: boolean
  /** Gives it back, so that the next one need not wait. May be called twice. Does not throw. */
  release(): Promise<void>
}

/** Options that were looked at. */
export interface LeaseSettings {
  readonly ref: { readonly name: string; readonly namespace: string | undefined }
  readonly identity: string
  readonly durationMs: number
  readonly renewWithinMs: number
  readonly retryMs: number
  readonly clock: Clock
}

/** @throws UsageError BAD_OPTION, BAD_DURATION */
export const leaseSettings = (options: LeaseOptions): LeaseSettings => {
  refuseUnknown('acquireLease', options, {
    name: true,
    namespace: true,
    identity: true,
    duration: true,
    renewWithin: true,
    retry: true,
    labels: true,
    signal: true,
    onWait: true,
    clock: true,
  })
  const { name, namespace, identity, duration = '15s', retry = '2s', clock = systemClock } = options
  const durationMs = toMs(duration, 'duration')
  const renewWithinMs = toMs(options.renewWithin ?? Math.floor((durationMs * 2) / 3), 'renewWithin')
  const retryMs = toMs(retry, 'retry')
  if (identity === '') throw new UsageError('BAD_OPTION', 'identity: a lease needs to know who we are')
  if (durationMs < 1000 || renewWithinMs >= durationMs || retryMs * 1.2 >= renewWithinMs)
    throw new UsageError(
      'BAD_OPTION',
      `lease ${name}: retry < renewWithin < duration, and duration at least 1 s`,
    )
  return { ref: { name, namespace }, identity, durationMs, renewWithinMs, retryMs, clock }
}
