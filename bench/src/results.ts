import type { Installed } from './installed.js'
import type { Machine } from './machine.js'
import type { Inotify } from './proc.js'
import type { Load } from './processes/clients.js'
import type { Tally } from './processes/server.js'

/** One round of one cell: microseconds from publishing to all bytes in hand, and CPU time for each swap. */
export interface LatencyRound {
  readonly p50Us: number
  readonly p99Us: number
  readonly cpuUs: number
  readonly swaps: number
  readonly deliveries: number
}

/** One contender at one size, on a quiet machine or beside one busy core. */
export interface LatencyCell {
  readonly contender: string
  readonly keys: number
  readonly bytes: number
  readonly busy: boolean
  readonly rounds: readonly LatencyRound[]
}

/** What happened in some bursts of swaps. */
export interface BurstCounts {
  readonly bursts: number
  readonly swaps: number
  readonly deliveries: number
  /** Bursts whose last revision was never delivered whole. */
  readonly lost: number
  /** Deliveries that mix revisions, or hold half a value. */
  readonly torn: number
  /** Reads that failed. */
  readonly failed: number
  /** Revisions that stood for a while and were never delivered. */
  readonly missed: number
  /** Deliveries of what had been delivered before. */
  readonly repeated: number
}

/** One contender at one distance between swaps, all rounds together. */
export interface BurstCell {
  readonly contender: string
  readonly gapMs: number
  readonly counts: BurstCounts
}

/** What a process costs that watches one mount of which nothing comes. */
export interface Footprint {
  /** Share of one core. */
  readonly idleCpu: number
  readonly rssBytes: number
}

/** What importing a package costs: milliseconds, the best of each round. */
export interface ImportTime extends Installed {
  readonly name: string
  readonly rounds: readonly number[]
}

/** One round of many mounts. */
export interface ScaleRound extends Inotify {
  readonly readyMs: number
  /** Resident memory, beyond the bytes of the values. */
  readonly bytesPerMount: number
  /** Share of one core; measured with one number of mounts. */
  readonly idleCpu?: number
  /** One mount is swapped while the others are idle: median. */
  readonly aloneUs: number
  /** All are swapped, one after the other. */
  readonly togetherUs: number
  readonly togetherP99Us: number
}

/** One contender with so many mounts. */
export interface ScaleCell {
  readonly contender: string
  readonly mounts: number
  readonly rounds: readonly ScaleRound[]
}

/** The longest stall of the event loop, in milliseconds: for each round, one figure for each swap. */
export interface StallCell {
  readonly contender: string
  readonly rounds: readonly (readonly number[])[]
}

/** What snapshots cost that differ in one key of five hundred. */
export interface Sharing {
  readonly snapshotBytes: number
  readonly snapshots: number
  readonly bytesPerSnapshot: number
}

/** One round of one document: milliseconds from the event of the mount to that of the config, and of parsing alone. */
export interface ParsingRound {
  readonly liveMs: number
  readonly bareMs: number
}

/** One format and size. */
export interface ParsingCell {
  readonly format: 'json' | 'yaml'
  readonly bytes: number
  readonly rounds: readonly ParsingRound[]
}

/** One storm. */
export interface StormRound extends Tally, Load {
  readonly swaps: number
  /** From publishing the last revision until nginx answers with it, in milliseconds. */
  readonly servedMs: number
  /** And until that was proven; nobody proves it where only a signal is sent. */
  readonly verifiedMs?: number
}

/** nginx, reloaded by hotmount or by a signal for each event. */
export interface StormCell {
  readonly by: 'hotmount' | 'signal'
  readonly rounds: readonly StormRound[]
}

/** All figures of one run, as measured: whatever is derived is derived when it is shown. */
export interface Results {
  readonly machine: Machine
  readonly rounds: number
  readonly latency?: readonly LatencyCell[]
  readonly bursts?: readonly BurstCell[]
  readonly footprint?: Readonly<Record<string, readonly Footprint[]>>
  readonly imports?: readonly ImportTime[]
  readonly scale?: readonly ScaleCell[]
  readonly sharing?: Sharing
  readonly stall?: readonly StallCell[]
  readonly storm?: readonly StormCell[]
  readonly parsing?: readonly ParsingCell[]
}

/** A part of the results: what one measurement brings. */
export type Part = Exclude<keyof Results, 'machine' | 'rounds'>
