import type { ResourceName } from '../../../packages/adapters/src/controller/kinds.js'
import type { PodSpec } from '../../../packages/adapters/src/controller/references.js'

interface NamedContainer {
  readonly name: string
  readonly [more: string]: unknown
}
const volumeOf = ({ kind, name }: ResourceName): object =>
  kind === 'ConfigMap' ? { configMap: { name } } : { secret: { secretName: name } }
const sourceOf = ({ kind, name }: ResourceName): object =>
  kind === 'ConfigMap' ? { configMap: { name } } : { secret: { name } }

const envOf = ({ kind, name }: ResourceName): object => ({
  env: [
    { name: 'PLAIN', value: 'x' },
    {
      name: 'LEVEL',
      valueFrom: { [kind === 'ConfigMap' ? 'configMapKeyRef' : 'secretKeyRef']: { name, key: 'log.level' } },
    },
  ],
})
const envFromOf = ({ kind, name }: ResourceName): object => ({
  envFrom: [{ [kind === 'ConfigMap' ? 'configMapRef' : 'secretRef']: { name } }],
})

const swapped = ({ kind, name }: ResourceName): ResourceName => ({
  kind: kind === 'ConfigMap' ? 'Secret' : 'ConfigMap',
  name,
})

/**
 * A pod with the containers app and side and the init container setup, in which `how` uses a resource: `volume`,
 * `projected`, `env`, `envFrom`, each with `@container`; `unmounted`; `as-cm` and `as-s`, the same name of the other
 * kind; `-`, not at all.
 */
export const podUsing = (resource: ResourceName, how: string): PodSpec => {
  const [way = '-', user = 'app'] = how.split('@')
  const isOther = ['volume', 'projected', 'env', 'envFrom'].includes(way) && resource.name === 'other'
  const used = isOther ? { ...resource, name: 'shop' } : way.startsWith('as-') ? swapped(resource) : resource
  const isMounted = ['volume', 'projected', 'volume-of-other', 'as-cm', 'as-s'].includes(way)
  const uses =
    way === 'env'
      ? envOf(used)
      : way === 'envFrom'
        ? envFromOf(used)
        : isMounted
          ? { volumeMounts: [{ name: 'config' }] }
          : {}
  const volume =
    way === 'projected'
      ? { projected: { sources: [{ serviceAccountToken: {} }, sourceOf(used)] } }
      : volumeOf(used)
  const container = (name: string): NamedContainer => ({ name, ...(name === user && uses) })
  return {
    volumes: [
      { name: 'scratch' },
      ...(isMounted || way === 'unmounted' ? [{ name: 'config', ...volume }] : []),
    ],
    containers: [container('app'), container('side')],
    initContainers: [container('setup')],
  }
}
