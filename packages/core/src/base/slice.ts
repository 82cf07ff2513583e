import { monotonicMs } from './monotonic.js'

// A turn of the event loop is given up this often: 500 keys take 6 ms to read, and others want to run too. A thread that is
// preempted waits some milliseconds more, and no slice can help that.
const sliceMs = 1

/** Work in pieces: each yield is to be followed by another turn of the event loop. */
export type Pieces<Result> = Generator<undefined, Result, undefined>

/** Tells when a turn of the event loop is to be given up. Counts from when it is asked first. */
export class Slice {
  #end: number | undefined
  /** Asked before each rest: a rest for nothing costs more than reading a key. */
  get isOver(): boolean {
    const now = monotonicMs()
    this.#end ??= now + sliceMs
    return now > this.#end
  }
  /** Gives up this turn, and begins a new slice. */
  *rest(): Pieces<void> {
    yield undefined
    this.#end = undefined
  }
}
