import type { MountError } from '@hotmount/core'
import { ApiError } from '../kubernetes/api-error.js'
import type { KubeClient } from '../kubernetes/client.js'
import { follow } from '../kubernetes/follow.js'
import type { Follower } from '../kubernetes/follower.js'
import type { Kept } from '../kubernetes/looking.js'
import { resources } from '../kubernetes/resources.js'
import type { WatchServicesOptions } from './options.js'
import {
  keptService,
  type KeptService,
  keptSlice,
  type KeptSlice,
  serviceNameLabel,
} from './service-values.js'

/** With these, `synced` throws: they need not be told besides. */
const refusals: ReadonlySet<number> = new Set([401, 403, 404])

/** What is followed for one mount: Services, and where they lead. */
export class Sources {
  readonly #services: Follower<KeptService>
  readonly #slices: Follower<KeptSlice> | undefined

  constructor(client: KubeClient, options: WatchServicesOptions, namespace: string) {
    const { selector, endpoints = true, silence, resync, backoff, clock } = options
    const following = {
      namespace,
      ...(silence !== undefined && { silence }),
      ...(resync !== undefined && { resync }),
      ...(backoff && { backoff }),
      ...(clock && { clock }),
    }
    this.#services = follow(client, resources.services, {
      ...following,
      labelSelector: selector,
      map: keptService,
    })
    // By whose they are, not by the Service's labels: whoever makes slices by hand need not copy those.
    const byOwner = { ...following, labelSelector: serviceNameLabel, map: keptSlice }
    this.#slices = endpoints ? follow(client, resources.endpointSlices, byOwner) : undefined
  }

  get services(): Kept<KeptService> {
    return this.#services.kept
  }
  get slices(): Kept<KeptSlice> | undefined {
    return this.#slices?.kept
  }
  /** When the one that was heard of least lately was heard of, in milliseconds since 1970. */
  get lastContactAt(): number {
    const times = [this.#services.health.lastContactAt, this.#slices?.health.lastContactAt]
    return Math.min(...times.filter((time) => time !== undefined))
  }

  /** Resolves when all that is there is known; else closed. @throws MountError when the server refuses */
  async opened(
    explain: (error: ApiError) => MountError,
    onTrouble: ((error: MountError) => void) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const tell = (error: ApiError): void => {
      if (refusals.has(error.status)) return
      const trouble = explain(error)
      if (onTrouble) onTrouble(trouble)
      else process.emitWarning(trouble.message, { type: trouble.name, code: trouble.code })
    }
    const opening = async (source: Follower<KeptService> | Follower<KeptSlice>): Promise<void> => {
      source.on('error', tell)
      await source.synced(signal)
      source.off('error', tell)
    }
    try {
      await Promise.all([opening(this.#services), this.#slices && opening(this.#slices)])
    } catch (thrown) {
      await this.close()
      throw thrown instanceof ApiError ? explain(thrown) : thrown
    }
  }

  onChange(listener: () => void): void {
    this.#services.on('change', listener)
    this.#slices?.on('change', listener)
  }

  /** Tells what is wrong now, and undefined when nothing is any more. */
  onTrouble(listener: (trouble: ApiError | undefined) => void): void {
    const look = (): void => listener(this.#services.trouble ?? this.#slices?.trouble)
    this.#services.on('error', look)
    this.#services.on('recovered', look)
    this.#slices?.on('error', look)
    this.#slices?.on('recovered', look)
    look()
  }

  async close(): Promise<void> {
    await Promise.all([this.#services.close(), this.#slices?.close()])
  }
}
