import { setImmediate as turn } from 'node:timers/promises'

// A turn of the event loop is given up this often: 500 keys take 8 ms to read, and others want to run too.
const sliceMs = 4

/** Gives up a turn of the event loop whenever its slice of time is over. */
export class Slice {
  #end = performance.now() + sliceMs
  async rest(): Promise<void> {
    if (performance.now() <= this.#end) return
    await turn()
    this.#end = performance.now() + sliceMs
  }
}
