import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { Stored } from './kinds.js'
import { Refusal } from './refusals.js'
import { hashLabel, referenceTo, replicaSetOf, revisionName, type Template } from './replica-sets.js'
import type { Store } from './store.js'
import { statusOf } from './workload-status.js'

type Fields = Record<string, unknown>

interface Spec {
  readonly replicas?: number
  readonly paused?: boolean
  readonly template: Template
}

const hashOf = (template: Template): string =>
  createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10)

const isReady = (pod: Stored): boolean => {
  const { conditions = [] } = (pod['status'] ?? {}) as { conditions?: { type: string; status: string }[] }
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

const rolled = new Set(['deployments', 'statefulsets', 'daemonsets'])

interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined }
}

/** What the controllers of a cluster do about workloads, one step at each turn of the event loop, without time. */
export class Workloads {
  readonly #store: Store
  readonly #stuck = new Set<string>()
  readonly #due = new Map<string, readonly [plural: string, namespace: string | undefined, name: string]>()
  #running: Promise<void> = Promise.resolve()
  #isBusy = false
  #isPaused = false
  #pods = 0
  readonly stop: () => void
  /** Whether the pods made from this template become ready. */
  healthy: (template: Template) => boolean = () => true
  /** Of a DaemonSet. */
  nodes = 3
  /** How many pods were made. */
  get made(): number {
    return this.#pods
  }

  constructor(store: Store) {
    this.#store = store
    this.stop = store.onWrite(({ plural, before, after }) => {
      const { namespace, name } = (after ?? before)?.metadata ?? { name: '' }
      if (rolled.has(plural) && after) this.#wake(plural, namespace, name)
      if (rolled.has(plural) && !after) this.#collect(plural, namespace, name)
      if (plural !== 'pods') return
      const owner = (after ?? before)?.metadata.annotations?.['test/workload']?.split('/')
      if (owner?.[0] !== undefined && owner[1] !== undefined) this.#wake(owner[0], namespace, owner[1])
    })
  }

  #wake(plural: string, namespace: string | undefined, name: string): void {
    this.#due.set(`${plural}/${namespace ?? ''}/${name}`, [plural, namespace, name])
    if (!this.#isBusy && !this.#isPaused) this.#running = this.#run()
  }

  async #run(): Promise<void> {
    this.#isBusy = true
    while (this.#due.size > 0 && !this.#isPaused) {
      await turn()
      const next = this.#due.entries().next().value
      if (!next) break
      this.#due.delete(next[0])
      try {
        if (this.step(...next[1])) this.#wake(...next[1])
      } catch (error) {
        // Gone, or written in between: the write wakes us again.
        if (!(error instanceof Refusal)) throw error
      }
    }
    this.#isBusy = false
  }

  /** Looks at every workload again: what `healthy` says may have changed. */
  look(): void {
    for (const plural of rolled)
      for (const { metadata } of this.#store.list(plural))
        this.#wake(plural, metadata.namespace, metadata.name)
  }

  /** Nothing more happens until `resume`. */
  pause(): void {
    this.#isPaused = true
  }
  resume(): void {
    this.#isPaused = false
    if (!this.#isBusy) this.#running = this.#run()
  }
  /** Resolves when there is nothing left to do. */
  async settled(): Promise<void> {
    await this.#running
  }

  /** The time in which a rollout has to go on is over. */
  exceedDeadline(namespace: string, name: string): void {
    this.#stuck.add(`${namespace}/${name}`)
    this.#wake('deployments', namespace, name)
  }

  #podsOf(plural: string, { metadata }: Named): readonly Stored[] {
    const owner = `${plural}/${metadata.name}`
    return this.#store
      .list('pods', metadata.namespace)
      .filter((pod) => pod.metadata.annotations?.['test/workload'] === owner)
  }

  /** The pods of a workload. */
  podsOf(plural: string, namespace: string, name: string): readonly Stored[] {
    return this.#podsOf(plural, { metadata: { namespace, name } })
  }

  /** One thing to do about a workload. False: nothing is left. */
  step(plural: string, namespace: string | undefined, name: string): boolean {
    const workload = this.#store.get(plural, namespace, name)
    const { replicas = 1, paused = false, template } = workload['spec'] as Spec
    const wanted = plural === 'daemonsets' ? this.nodes : replicas
    const hash = hashOf(template)
    const acted = !paused && this.#roll(plural, workload, template, hash, wanted)
    this.#tell(plural, workload, hash, wanted)
    return acted
  }

  /** What belonged to a workload goes with it. */
  #collect(plural: string, namespace: string | undefined, name: string): void {
    for (const pod of this.#podsOf(plural, { metadata: { namespace, name } })) this.#remove(pod)
    for (const { metadata } of plural === 'deployments' ? this.#store.list('replicasets', namespace) : [])
      if (metadata.ownerReferences?.[0]?.name === name)
        this.#store.remove('replicasets', namespace, metadata.name)
  }

  #roll(plural: string, workload: Stored, template: Template, hash: string, wanted: number): boolean {
    const pods = this.#podsOf(plural, workload)
    const isNew = (pod: Stored): boolean => pod.metadata.labels?.[hashLabel] === hash
    const [fresh, old] = [pods.filter(isNew), pods.filter((pod) => !isNew(pod))]
    const owner =
      plural === 'deployments' ? replicaSetOf(this.#store, workload, { template, hash }) : workload
    const waiting = fresh.find((pod) => !isReady(pod))
    if (waiting && this.healthy(template)) return this.#makeReady(waiting)
    // A Deployment has one more while it rolls; the others replace in place, one after the other.
    const most = plural === 'deployments' && old.length > 0 ? wanted + 1 : wanted
    const broken = old.find((pod) => !isReady(pod))
    const excess = pods.length > wanted ? (fresh.length > wanted ? fresh.at(-1) : old.at(-1)) : undefined
    if (broken) return this.#remove(broken)
    if (excess && (pods.filter(isReady).length > wanted || fresh.length > wanted)) return this.#remove(excess)
    if (fresh.length < wanted && pods.length < most && !waiting)
      return this.#make(plural, workload, owner, template, hash)
    if (plural !== 'deployments' && old.length > 0 && !waiting) return this.#remove(old.at(-1) as Stored)
    return false
  }

  #make(plural: string, workload: Stored, owner: Stored, template: Template, hash: string): boolean {
    this.#pods += 1
    const { namespace, name } = workload.metadata
    const taken = new Set(this.#podsOf(plural, workload).map((pod) => pod.metadata.name))
    const ordinal = [...taken, ''].findIndex((_, index) => !taken.has(`${name}-${index}`))
    const podName = plural === 'statefulsets' ? `${name}-${ordinal}` : `${owner.metadata.name}-${this.#pods}`
    this.#store.create('pods', {
      metadata: {
        name: podName,
        ...(namespace !== undefined && { namespace }),
        labels: { ...template.metadata?.labels, [hashLabel]: hash },
        annotations: { ...template.metadata?.annotations, 'test/workload': `${plural}/${name}` },
        ownerReferences: [referenceTo(plural === 'deployments' ? 'replicasets' : plural, owner)],
      },
      spec: { nodeName: `node-${this.#pods % 3}`, ...template.spec },
      status: { phase: 'Pending', conditions: [{ type: 'Ready', status: 'False' }] },
    })
    return true
  }

  #makeReady(pod: Stored): boolean {
    const status = { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] }
    this.#store.replace('pods', { ...pod, status }, 'status')
    return true
  }

  #remove({ metadata }: Stored): boolean {
    this.#store.remove('pods', metadata.namespace, metadata.name)
    return true
  }

  #tell(plural: string, workload: Stored, hash: string, wanted: number): void {
    const { namespace, name, generation: observedGeneration } = workload.metadata
    const pods = this.#podsOf(plural, workload)
    const ready = pods.filter(isReady).length
    const updated = pods.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length
    const set =
      plural === 'deployments' ? this.#store.find('replicasets', namespace, `${name}-${hash}`) : undefined
    const revision = set?.metadata.annotations?.[revisionName]
    const isDone = updated === wanted && pods.length === wanted && ready === wanted
    if (isDone) this.#stuck.delete(`${namespace ?? ''}/${name}`)
    const status = statusOf(plural, {
      wanted,
      made: pods.length,
      ready,
      updated,
      hash,
      isDone,
      isStuck: this.#stuck.has(`${namespace ?? ''}/${name}`),
      current: ((workload['status'] ?? {}) as Fields)['currentRevision'],
    })
    const { resourceVersion: _, ...metadata } = workload.metadata
    if (revision !== undefined) metadata.annotations = { ...metadata.annotations, [revisionName]: revision }
    this.#store.replace(
      plural,
      { ...workload, metadata, status: { observedGeneration, ...status } },
      'status',
    )
  }
}
