import { monotonicMs } from './monotonic.js'

// A turn of the event loop is given up this often: 500 keys take 6 ms to read, and others want to run too. A thread that is
// preempted waits some milliseconds more, and no slice can help that.
const usualMs = 1
// What has done little by then was kept waiting: of ten keys, two turns more would be most of the time.
const longestMs = 4

/** Work in pieces: each yield is to be followed by another turn of the event loop. */
export type Pieces<Result> = Generator<undefined, Result, undefined>

/** Tells when a turn of the event loop is to be given up. Counts from when it is asked first. */
export class Slice {
  #begunAt: number | undefined
  /** Asked before each rest: a rest for nothing costs more than reading a key. Who has done little may go on for longer. */
  isOver(isLittle = false): boolean {
    const now = monotonicMs()
    this.#begunAt ??= now
    return now - this.#begunAt > (isLittle ? longestMs : usualMs)
  }
  /** Gives up this turn, and begins a new slice. */
  *rest(): Pieces<void> {
    yield undefined
    this.#begunAt = undefined
  }
}
