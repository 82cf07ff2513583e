import type { Snapshot } from '@hotmount/core'
import type { Argv } from '../process/spawn.js'
import type { Values } from './values.js'

/** What a renderer is told besides the values. */
export interface RenderContext {
  readonly snapshot: Snapshot
  /** Absolute path of the directory that the text is written to; it stays the same when it is published. */
  readonly directory: string
}

/** Makes the text of one file. No side effects, as it may run more than once for one revision; nothing to wait for long. */
export type Render = (values: Values, context: RenderContext) => string | Promise<string>

/** Options of `stage`. */
export interface StageOptions {
  /** A directory of its own that we may write to: an emptyDir, or a part of one. One writer, many readers. */
  readonly into: string
  /** How many earlier verified revisions stay beside the current one. Default 1. */
  readonly keep?: number
  /** Files by path, each made from the values. Default: every key as it is. With it, nothing else is written. */
  readonly render?: Readonly<Record<string, Render>>
  /** A command that must exit with 0; it gets the directory of the candidate, which is not published yet. */
  readonly check?: (directory: string) => Argv
}
