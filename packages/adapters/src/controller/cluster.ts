import { type Clock, Emitter } from '@hotmount/core'
import type { ApiError } from '../kubernetes/api-error.js'
import type { KubeClient } from '../kubernetes/client.js'
import { follow } from '../kubernetes/follow.js'
import type { Follower } from '../kubernetes/follower.js'
import type { KubeObject } from '../kubernetes/objects.js'
import type { Followed } from '../kubernetes/projection.js'
import type { Selection } from '../kubernetes/queries.js'
import type { Resource } from '../kubernetes/resources.js'
import { type AnnotationNames, relevantTo } from './annotation-names.js'
import { type HashedResource, hashedResource, type Hashing } from './hashes.js'
import type { ResourceKind, WorkloadKind } from './kinds.js'
import type { PodReports } from './pod-reports.js'
import { resourceShelf, type Shelf, workloadShelf } from './shelf.js'
import { Unread } from './unread.js'
import { type Workload, workloadOf } from './workload.js'
import { namespaceType, resourceTypes, workloadTypes } from './workload-types.js'

/** Where in the cluster is looked. */
export interface Scope {
  /** `['*']`: everywhere. */
  readonly namespaces: readonly string[]
  readonly ignoredNamespaces: ReadonlySet<string>
  /** Only namespaces with these labels. */
  readonly namespaceSelector: string | undefined
  /** Only ConfigMaps and Secrets with these labels. */
  readonly labelSelector: string | undefined
}

/** What a {@link Cluster} looks at, and how. */
export interface ClusterSettings {
  readonly client: KubeClient
  readonly scope: Scope
  readonly resources: ReadonlySet<ResourceKind>
  readonly workloads: ReadonlySet<WorkloadKind>
  readonly names: AnnotationNames
  readonly hashing: Hashing
  readonly clock: Clock
  readonly podReports: PodReports | undefined
}

/** What a {@link Cluster} tells. */
export interface ClusterEvents {
  workload: [change: Followed<Workload>]
  resource: [change: Followed<HashedResource>]
  /** Whether a namespace concerns us is not what it was. */
  namespace: [name: string]
  /** A type cannot be read now. It is tried again. */
  trouble: [type: string, error: ApiError]
  recovered: [type: string]
}

// Releases of Helm are large, many, and used by no pod.
const fieldSelectors: Readonly<Record<ResourceKind, string | undefined>> = {
  ConfigMap: undefined,
  Secret: 'type!=helm.sh/release.v1',
}

// An idle watch moves every 90 s, one that waits every 30 s; the pages of a long list take their time.
const longestMs = 600_000

interface Following {
  readonly type: string
  readonly follower: Follower<unknown>
  /** Without it nothing is right anywhere: it is waited for, however long it is refused. */
  readonly isVital: boolean
}

/** What is kept of a cluster: workloads, and names and hashes of ConfigMaps and Secrets. */
export class Cluster extends Emitter<ClusterEvents> {
  readonly resources: Shelf<HashedResource> = resourceShelf()
  readonly workloads: Shelf<Workload> = workloadShelf()
  readonly #settings: ClusterSettings
  readonly #selected = new Set<string>()
  readonly #followings: readonly Following[]
  readonly #unread = new Unread()
  #isSynced = false

  constructor(settings: ClusterSettings) {
    super()
    this.#settings = settings
    const { scope, hashing, names } = settings
    const isRelevant = relevantTo(names)
    const isAlone = scope.namespaces.length === 1
    const objects = scope.namespaces.flatMap((namespace) => [
      ...[...settings.resources].map((kind) =>
        this.#awaited(
          namespace,
          this.#follow(
            resourceTypes[kind],
            { namespace, labelSelector: scope.labelSelector, fieldSelector: fieldSelectors[kind] },
            {
              map: (object) => hashedResource(kind, object, hashing, isRelevant),
              told: (change) => this.#onResource(change),
              isVital: isAlone,
            },
          ),
        ),
      ),
      ...[...settings.workloads].map((kind) =>
        this.#follow(
          workloadTypes[kind],
          { namespace },
          {
            map: (object) => workloadOf(kind, object, isRelevant),
            told: (change) => this.#onWorkload(change),
            isVital: false,
          },
        ),
      ),
    ])
    const { podReports } = settings
    podReports?.on('trouble', (error) => this.emit('trouble', 'pods', error))
    podReports?.on('recovered', () => this.emit('recovered', 'pods'))
    const { namespaceSelector } = scope
    this.#followings = [
      ...objects,
      ...(podReports?.followers ?? []).map((follower) => ({
        type: 'pods',
        follower,
        isVital: isAlone,
      })),
      ...(namespaceSelector === undefined ? [] : [this.#followNamespaces(namespaceSelector)]),
    ]
  }

  /** Whether a namespace concerns us. */
  isInScope(namespace: string): boolean {
    const { ignoredNamespaces, namespaceSelector } = this.#settings.scope
    return (
      !ignoredNamespaces.has(namespace) &&
      !this.#unread.has(namespace) &&
      (namespaceSelector === undefined || this.#selected.has(namespace))
    )
  }

  /** Whether everything that there is, and may be read, has been known once. */
  get isSynced(): boolean {
    return this.#isSynced
  }

  /**
   * Resolves when everything that there is is known. One of several namespaces, or a type of workload, that may not be
   * read is not waited for: a namespace is deleted with its Role, and that must not stop the others.
   *
   * @throws the signal's reason
   */
  async synced(signal: AbortSignal): Promise<void> {
    const { clock } = this.#settings
    for (const { follower, isVital } of this.#followings)
      for (;;) {
        try {
          await follower.synced(signal)
          break
        } catch {
          signal.throwIfAborted()
          // It goes on trying, and 'trouble' was told.
          if (!isVital) break
          await clock.sleep(1000, signal)
        }
      }
    this.#isSynced = true
  }

  /** Types that cannot be read now, and when the API server was last heard of any type. */
  get health(): { readonly troubles: readonly string[]; readonly lastContactAt: number } {
    return {
      troubles: this.#followings.flatMap(({ type, follower }) => (follower.trouble ? [type] : [])),
      lastContactAt: Math.min(...this.#followings.map(({ follower }) => follower.health.lastContactAt)),
    }
  }

  /**
   * Types whose watch does nothing any more, not even try again: a fault here, which only a restart mends. A server
   * that is away is no such fault.
   */
  get dead(): readonly string[] {
    const silentSince = this.#settings.clock.now() - longestMs
    return this.#followings.flatMap(({ type, follower: { health } }) =>
      health.state === 'closed' || health.lastMovedAt < silentSince ? [type] : [],
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#followings.map(({ follower }) => follower.close()))
    this.removeAllListeners()
  }

  #follow<P>(
    type: Resource,
    where: Selection,
    {
      map,
      told,
      isVital,
    }: {
      readonly map: (object: KubeObject) => P
      readonly told: (change: Followed<P>) => void
      readonly isVital: boolean
    },
  ): Following {
    const { client, clock } = this.#settings
    const follower = follow(client, type, { ...where, map, clock })
    follower.on('change', told)
    follower.on('error', (error) => this.emit('trouble', type.plural, error))
    follower.on('recovered', () => this.emit('recovered', type.plural))
    return { type: type.plural, follower, isVital }
  }

  /** Nothing is done in a namespace before its ConfigMaps and Secrets are known. */
  #awaited(namespace: string, following: Following): Following {
    this.#unread.add(namespace)
    following.follower.once('synced', () => {
      if (this.#unread.read(namespace)) this.emit('namespace', namespace)
    })
    return following
  }

  #followNamespaces(labelSelector: string): Following {
    return this.#follow(
      namespaceType,
      { namespace: '*', labelSelector },
      {
        isVital: true,
        map: ({ metadata }) => metadata.name,
        told: ({ kind, name }) => {
          if (kind === 'removed') this.#selected.delete(name)
          else this.#selected.add(name)
          this.emit('namespace', name)
        },
      },
    )
  }

  #onResource(change: Followed<HashedResource>): void {
    if (change.kind === 'removed') this.resources.drop(change.value)
    else this.resources.put(change.value)
    this.emit('resource', change)
  }

  #onWorkload(change: Followed<Workload>): void {
    if (change.kind === 'removed') this.workloads.drop(change.value)
    else this.workloads.put(change.value)
    this.emit('workload', change)
  }
}
