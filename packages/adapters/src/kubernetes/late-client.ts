import type { KubeClient } from './client.js'
import { kubeClient } from './kube-client.js'

/** The client that was given, or one that is made when it is needed first. */
export class LateClient {
  readonly #given: KubeClient | undefined
  #made: Promise<KubeClient> | undefined

  constructor(given: KubeClient | undefined) {
    this.#given = given
  }

  /** @throws what {@link kubeClient} throws; the next call tries again */
  async get(): Promise<KubeClient> {
    if (this.#given) return this.#given
    this.#made ??= kubeClient()
    try {
      return await this.#made
    } catch (error) {
      // A ServiceAccount that is mounted later is found later.
      this.#made = undefined
      throw error
    }
  }
}
