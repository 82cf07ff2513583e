import { randomBytes } from 'node:crypto'
import type { Clock } from '@hotmount/core'
import { hasStatus } from './api-error.js'
import type { KubeClient } from './client.js'
import type { EventObject, KubeObject } from './objects.js'
import { resources } from './resources.js'

/** What is told below an object. Names and digests, never a value. */
export interface Happening {
  readonly type: 'Normal' | 'Warning'
  /** 'ConfigApplied'. */
  readonly reason: string
  readonly message: string
}

/** Whom an Event is about. */
export type Involved = Required<Pick<KubeObject, 'apiVersion' | 'kind'>> & Pick<KubeObject, 'metadata'>

interface Told {
  readonly name: string
  count: number
}

const mostKept = 256
const longestMessage = 1024

const second = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')

const nameFor = (name: string): string => `${name.slice(0, 200)}.${randomBytes(8).toString('hex')}`

const short = (message: string): string =>
  message.length <= longestMessage ? message : `${message.slice(0, longestMessage - 1)}…`

/**
 * Writes Kubernetes Events. The same one again only counts up, for as long as it is remembered.
 *
 * @example
 * const log = new EventLog(client, 'hotmount', hostname(), systemClock)
 * await log.tell(deployment, { type: 'Normal', reason: 'Rolled', message: 'for ConfigMap shop' })
 */
export class EventLog {
  readonly #client: KubeClient
  readonly #component: string
  readonly #instance: string
  readonly #clock: Clock
  readonly #told = new Map<string, Told>()

  /** `component` is who says it, `instance` is which of them: the pod's name. */
  constructor(client: KubeClient, component: string, instance: string, clock: Clock) {
    this.#client = client
    this.#component = component
    this.#instance = instance
    this.#clock = clock
  }

  /**
   * Tells it. Needs `create` on events, and `patch` for counting up.
   *
   * @throws ApiError
   */
  async tell(about: Involved, happening: Happening, signal?: AbortSignal): Promise<void> {
    const { metadata } = about
    const now = second(this.#clock.now())
    const key = JSON.stringify([metadata.uid ?? `${metadata.namespace}/${metadata.name}`, happening])
    const known = this.#told.get(key)
    if (known && known.count > 0 && (await this.#again(about, known, now, signal))) return
    // The name is kept before it is sent: a try of which no answer came must not be told twice.
    const told = known?.count === 0 ? known : { name: nameFor(metadata.name), count: 0 }
    this.#remember(key, told)
    try {
      await this.#client.create(resources.events, this.#object(told.name, about, happening, now), { signal })
    } catch (error) {
      if (!hasStatus(error, 409)) throw error
    }
    told.count = 1
  }

  /** False: it is not there any more (they are kept for an hour), or may not be changed. */
  async #again({ metadata }: Involved, told: Told, now: string, signal?: AbortSignal): Promise<boolean> {
    const body = { count: told.count + 1, lastTimestamp: now }
    try {
      await this.#client.patch(
        resources.events,
        { name: told.name, namespace: metadata.namespace },
        { type: 'merge', body },
        { signal },
      )
      told.count += 1
      return true
    } catch (error) {
      if (hasStatus(error, 404) || hasStatus(error, 403)) return false
      throw error
    }
  }

  #remember(key: string, told: Told): void {
    this.#told.delete(key)
    this.#told.set(key, told)
    const [oldest] = this.#told.keys()
    if (this.#told.size > mostKept && oldest !== undefined) this.#told.delete(oldest)
  }

  #object(name: string, about: Involved, { type, reason, message }: Happening, now: string): EventObject {
    const { apiVersion, kind, metadata } = about
    const { namespace, uid } = metadata
    const place = namespace === undefined ? {} : { namespace }
    return {
      metadata: { name, ...place },
      involvedObject: { apiVersion, kind, name: metadata.name, ...place, ...(uid !== undefined && { uid }) },
      type,
      reason,
      message: short(message),
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
      source: { component: this.#component, host: this.#instance },
      reportingComponent: this.#component,
      reportingInstance: this.#instance,
    }
  }
}
