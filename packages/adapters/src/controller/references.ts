import type { ResourceName } from './kinds.js'

/** A part of a workload's pods that uses a ConfigMap or Secret. */
export interface Reference extends ResourceName {
  /** The container that uses it; undefined for a volume that none mounts. */
  readonly container: string | undefined
  readonly isInit: boolean
  readonly via: 'volume' | 'env'
  /** Which of its keys; undefined: all. */
  readonly keys: readonly string[] | undefined
}

// The API's own shapes, as far as they matter here: whatever else is in them is not looked at. Of a type of somebody
// else's, as Argo's, the API server checks little: an empty `volumes:` stays null, and must not stop the reading of all.
type List<T> = readonly T[] | null
const each = <T>(list: List<T> | undefined): readonly T[] =>
  Array.isArray(list)
    ? (list as readonly (T | null)[]).filter((item): item is T => typeof item === 'object' && item !== null)
    : []

interface KeyRef {
  readonly name?: string
  readonly key?: string
}
interface Source {
  readonly name?: string
  readonly secretName?: string
  readonly items?: List<{ readonly key?: string }>
}
interface Volume {
  readonly name?: string
  readonly configMap?: Source
  readonly secret?: Source
  readonly projected?: {
    readonly sources?: List<{ readonly configMap?: Source; readonly secret?: Source }>
  }
}
interface Container {
  readonly name?: string
  readonly volumeMounts?: List<{ readonly name?: string }>
  readonly env?: List<{
    readonly valueFrom?: { readonly configMapKeyRef?: KeyRef; readonly secretKeyRef?: KeyRef } | null
  }>
  readonly envFrom?: List<{ readonly configMapRef?: KeyRef; readonly secretRef?: KeyRef }>
}
/** A pod's spec as the API gives it. */
export interface PodSpec {
  readonly volumes?: List<Volume>
  readonly containers?: List<Container>
  readonly initContainers?: List<Container>
}

type Use = ResourceName & Pick<Reference, 'keys'>
type User = Pick<Reference, 'container' | 'isInit' | 'via'>

const use = (kind: ResourceName['kind'], name: string | undefined, keys?: readonly string[]): Use[] =>
  name === undefined || name === '' ? [] : [{ kind, name, keys }]

const itemsOf = ({ items }: Source): readonly string[] | undefined =>
  each(items).length === 0 ? undefined : each(items).flatMap(({ key }) => (key === undefined ? [] : [key]))

const usesOf = ({ configMap, secret }: Pick<Volume, 'configMap' | 'secret'>): Use[] => [
  ...(configMap ? use('ConfigMap', configMap.name, itemsOf(configMap)) : []),
  // A volume says `secretName`, a projected source `name`.
  ...(secret ? use('Secret', secret.secretName ?? secret.name, itemsOf(secret)) : []),
]

const one = (key: string | undefined): readonly string[] | undefined =>
  key === undefined ? undefined : [key]

const envUses = ({ env, envFrom }: Container): Use[] => [
  ...each(env).flatMap(({ valueFrom }) =>
    use('ConfigMap', valueFrom?.configMapKeyRef?.name, one(valueFrom?.configMapKeyRef?.key)).concat(
      use('Secret', valueFrom?.secretKeyRef?.name, one(valueFrom?.secretKeyRef?.key)),
    ),
  ),
  ...each(envFrom).flatMap(({ configMapRef, secretRef }) =>
    use('ConfigMap', configMapRef?.name).concat(use('Secret', secretRef?.name)),
  ),
]

const mountedUses = ({ volumeMounts }: Container, volumes: List<Volume> | undefined): Use[] => {
  const names = new Set(each(volumeMounts).map(({ name }) => name))
  return each(volumes)
    .filter(({ name }) => names.has(name))
    .flatMap((volume) => [volume, ...each(volume.projected?.sources)].flatMap(usesOf))
}

const by = (uses: readonly Use[], user: User): readonly Reference[] =>
  uses.map(({ kind, name, keys }) => ({ kind, name, keys, ...user }))

/**
 * Every use of a ConfigMap or Secret in a pod's spec: volumes (projected ones too) first, then variables, ordinary
 * containers before init containers. A volume that no container mounts is no use of it.
 */
export const referencesOf = ({ volumes, containers, initContainers }: PodSpec): readonly Reference[] => {
  const all = [containers, initContainers].flatMap((some, index) =>
    each(some).map((container) => ({ container, isInit: index === 1 })),
  )
  return [
    ...all.flatMap(({ container, isInit }) =>
      by(mountedUses(container, volumes), { container: container.name, isInit, via: 'volume' }),
    ),
    ...all.flatMap(({ container, isInit }) =>
      by(envUses(container), { container: container.name, isInit, via: 'env' }),
    ),
  ]
}

/** Names of the ordinary containers. */
export const containersOf = ({ containers }: PodSpec): readonly string[] =>
  each(containers).flatMap(({ name }) => name ?? [])

/** What of a workload refers to one resource. */
export const referencesTo = (
  references: readonly Reference[],
  { kind, name }: ResourceName,
): readonly Reference[] =>
  references.filter((reference) => reference.kind === kind && reference.name === name)
