import { crypto } from '../base/built-in.js'

/** Bounds of a backoff in milliseconds. */
export interface BackoffBounds {
  readonly minMs: number
  readonly maxMs: number
}

/** How long to wait after the nth failure: doubling, with jitter over the whole of what was added. */
export const backoffMs = (failures: number, { minMs, maxMs }: BackoffBounds, random: number): number => {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(failures, 40))
  return Math.round(minMs + random * Math.max(0, ceiling - minMs))
}

/** A pod's own share of a splay: the same at every change, spread evenly over pods by their names. */
export const splayShareMs = (splayMs: number, podName: string): number =>
  Math.floor((crypto().createHash('sha256').update(podName).digest().readUInt32BE(0) / 2 ** 32) * splayMs)
