import type { AnyReaction, InvalidConfigCode, ReactionCode, Stage } from '@hotmount/core'
import type { Data } from '@hotmount/core/testing'

/** Part of every value that the contract mounts. Whatever prints it leaks. */
export const secret = 'sw0rdfish-hunter2-4711'

/** One adapter with a stage that does not get ahead. */
export interface Stuck {
  readonly reaction: AnyReaction
  /** Whether it waits by now. Default: as soon as the stage has begun. */
  readonly isWaiting?: () => boolean
  /** Lets go again what it waits for. */
  readonly free?: () => unknown
}

/** One adapter with the real thing that it acts on. */
export interface Stand {
  readonly reaction: AnyReaction
  readonly good: (version: string) => Data
  /** The version in effect, as that thing shows it. */
  readonly inEffect: () => Promise<string | undefined> | string | undefined
  /** What is not taken, and what the report says of it. Without one, the row says why. */
  readonly bad?: {
    readonly data: Data
    readonly outcome: 'rejected' | 'failed' | 'rolledBack'
    readonly code: ReactionCode | InvalidConfigCode
  }
  /** Each stage that can wait at all. */
  readonly stuck: Partial<Readonly<Record<Stage, () => Stuck | Promise<Stuck>>>>
}

/** What every adapter is asked. */
export type Clause = 'refuses' | `gives up ${Stage}`

/** What a stand is built on. */
export interface Ground {
  /** The mounted directory. */
  readonly mount: string
  /** For everything else. */
  readonly work: string
  readonly port: number
  /** Publishes data before there is a loop. */
  readonly publish: (data: Data) => Promise<unknown>
  /** Called when the stand is taken down, the last one first. */
  readonly defer: (end: () => unknown) => void
}

/** One line of the table. */
export interface Row {
  /** The exported name. */
  readonly name: string
  /** Programs that it needs. */
  readonly needs?: readonly string[]
  readonly build: (ground: Ground) => Promise<Stand> | Stand
  /** What it is not asked, and why. Printed. */
  readonly skips?: Partial<Readonly<Record<Clause, string>>>
}
