import { metrics, newRegistry } from './metrics.js'
import type { Observed } from './observed.js'

/** All metrics as text, for a scrape. */
export interface Exposition {
  readonly type: string
  readonly body: string
}

/** The metrics of what is observed, in a registry that nobody else sees. */
export class OwnMetrics {
  readonly #registry: ReturnType<typeof newRegistry>
  readonly #stops: (() => void)[] = []

  constructor(observed: readonly Observed[]) {
    this.#registry = this.#open(observed)
    // Told at each scrape instead.
    this.#registry.catch(() => undefined)
  }

  async #open(observed: readonly Observed[]): ReturnType<typeof newRegistry> {
    const register = await newRegistry()
    const made = await metrics(register)
    for (const one of observed) this.#stops.push(made.observe(one))
    return register
  }

  /** Resolves when what is reported counts, or prom-client is known to be missing. */
  async ready(): Promise<void> {
    await this.#registry.catch(() => undefined)
  }

  /** @throws UsageError BAD_OPTION when prom-client is not installed */
  async text(): Promise<Exposition> {
    const register = await this.#registry
    return { type: register.contentType, body: await register.metrics() }
  }

  stop(): void {
    for (const stop of this.#stops) stop()
  }
}
