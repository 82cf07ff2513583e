import { follow, type KubeClient, type Pod, resources } from '@hotmount/adapters/kubernetes'
import { vi } from 'vitest'
import type { Stored } from '../api-server/kinds.js'
import type { Template } from '../api-server/replica-sets.js'
import type { RealStore } from './real-store.js'
import type { View } from './view.js'

interface Fresh {
  readonly name: string
  readonly namespace: string
  readonly template: Template
}
interface Status {
  readonly observedGeneration?: number
  readonly replicas?: number
  readonly updatedReplicas?: number
  readonly readyReplicas?: number
  readonly desiredNumberScheduled?: number
  readonly updatedNumberScheduled?: number
  readonly numberReady?: number
}

const ready = { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] }
const plurals = ['deployments', 'statefulsets', 'daemonsets']

const isDone = ({ metadata, spec, status = {} }: Stored): boolean => {
  const { replicas: wanted = 1 } = spec as { readonly replicas?: number }
  const { observedGeneration = 0, desiredNumberScheduled: scheduled, replicas = 0 } = status as Status
  const {
    updatedReplicas = 0,
    readyReplicas = 0,
    updatedNumberScheduled = 0,
    numberReady = 0,
  } = status as Status
  if (observedGeneration < (metadata.generation ?? 0)) return false
  if (scheduled !== undefined) return updatedNumberScheduled >= scheduled && numberReady >= scheduled
  return updatedReplicas >= wanted && readyReplicas >= wanted && replicas <= wanted
}

/** The controllers of the real cluster do the work; where no kubelet is, this makes the pods ready. */
export class RealWorkloads {
  readonly #client: KubeClient
  readonly #store: RealStore
  readonly #view: View
  readonly #follower
  readonly #left = new Map<string, Fresh>()
  readonly #seen = new Set<string>()
  #isPaused = false
  /** Whether the pods made from this template become ready. */
  healthy: (template: Template) => boolean = () => true

  constructor(client: KubeClient, store: RealStore, view: View) {
    this.#client = client
    this.#store = store
    this.#view = view
    this.#follower = follow(client, resources.pods, {
      namespace: '*',
      map: (pod) => this.#fresh(pod),
    })
    this.#follower.on('change', ({ kind, key, value }) => {
      if (kind === 'removed') this.#left.delete(key)
      else this.#left.set(key, value)
      if (kind !== 'removed') this.#makeReady(value)
    })
  }

  #fresh(pod: Pod): Fresh | undefined {
    const { metadata, spec, status } = pod
    if (!this.#view.has({ ...pod, kind: 'Pod' })) return undefined
    if (metadata.uid !== undefined && metadata.ownerReferences !== undefined) this.#seen.add(metadata.uid)
    const isLeft = spec?.nodeName === undefined && status?.phase === 'Pending'
    if (!isLeft || metadata.ownerReferences === undefined) return undefined
    const { labels, annotations } = metadata
    return {
      name: metadata.name,
      namespace: metadata.namespace ?? '',
      template: {
        metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
        ...(spec && { spec: { ...spec } }),
      },
    }
  }

  async stop(): Promise<void> {
    await this.#follower.close()
  }

  /** How many pods were made. */
  get made(): number {
    return this.#seen.size
  }

  #makeReady({ name, namespace, template }: Fresh): void {
    if (this.#isPaused || !this.healthy(template)) return
    const patch = { type: 'merge', body: { status: ready } } as const
    this.#client
      .patch(resources.pods, { name, namespace }, patch, { subresource: 'status' })
      .catch(() => undefined)
  }

  /** Looks at every pod again: what `healthy` says may have changed. */
  look(): void {
    for (const pod of this.#left.values()) this.#makeReady(pod)
  }

  /** No pod becomes ready until `resume`. */
  pause(): void {
    this.#isPaused = true
  }
  resume(): void {
    this.#isPaused = false
    this.look()
  }

  /** Its pods never become ready. */
  #isBroken({ metadata: { name: workload, namespace } }: Stored): boolean {
    const names = [...this.#left.values()].filter(({ template }) => !this.healthy(template))
    return names.some(
      (one) => this.#view.shown(one.namespace) === namespace && one.name.startsWith(`${workload}-`),
    )
  }

  /** Resolves when there is nothing left to do. */
  async settled(): Promise<void> {
    const left = (): readonly string[] =>
      plurals
        .flatMap((plural) => this.#store.list(plural))
        .filter((one) => !isDone(one) && !this.#isBroken(one))
        .map(({ metadata }) => metadata.name)
    const look = (): void => {
      const names = left()
      if (names.length > 0) throw new Error(`${names.length} not settled: ${names.slice(0, 5).join(' ')}`)
    }
    await vi.waitFor(look, { timeout: 600_000, interval: left().length > 50 ? 2000 : 250 })
  }

  /** The time in which a rollout has to go on is over. */
  exceedDeadline(namespace: string, name: string): void {
    const deployment = this.#store.get('deployments', namespace, name)
    const { resourceVersion: _, ...metadata } = deployment.metadata
    const spec = { ...(deployment['spec'] as object), progressDeadlineSeconds: 1 }
    this.#store.replace('deployments', { ...deployment, metadata, spec })
  }

  /** The pods of a workload. */
  podsOf(plural: string, namespace: string, name: string): readonly Stored[] {
    return this.#store.list('pods', namespace).filter(({ metadata }) => {
      const [owner] = metadata.ownerReferences ?? []
      return plural === 'deployments' ? owner?.name.replace(/-[^-]+$/, '') === name : owner?.name === name
    })
  }

  /** Of a DaemonSet. */
  get nodes(): number {
    return 3
  }
}
