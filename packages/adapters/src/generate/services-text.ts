import type { Kept } from '../kubernetes/looking.js'
import { type KeptService, type KeptSlice, serviceValues } from './service-values.js'

/** Services as JSON; when all of them vanish at once, as they were before, if that is wanted. */
export class ServicesText {
  /** Called when it holds on to what was there. */
  onHeld: () => void = () => undefined
  readonly #holds: boolean
  #shown = 0
  #text = '[]'

  constructor(holds: boolean) {
    this.#holds = holds
  }

  of(services: Kept<KeptService>, slices: Kept<KeptSlice> | undefined): string {
    if (this.#holds && this.#shown > 0 && services.size === 0) this.onHeld()
    else {
      this.#shown = services.size
      this.#text = JSON.stringify(serviceValues(services, slices ?? []))
    }
    return this.#text
  }
}
