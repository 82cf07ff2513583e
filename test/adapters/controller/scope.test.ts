import { describe, expect, it } from 'vitest'
import { usualOptions } from '../../../packages/adapters/src/controller/open-controller.js'
import { readSelector } from '../../../packages/adapters/src/controller/selectors.js'
import { configMap } from '../../support/api-server/objects.js'
import { apiServer, type Server } from '../../support/api-server/start.js'
import { change, envFrom, templatesOf, rolling, run } from './rig.js'

const { scope } = usualOptions
const teams = ['web', 'shop', 'kube-system']

const cluster = async (): Promise<Server> => {
  const server = await apiServer()
  for (const namespace of teams) {
    server.store.create('namespaces', { metadata: { name: namespace, labels: { team: namespace } } })
    server.store.create('configmaps', configMap('app', { a: '1' }, namespace))
    server.store.create('deployments', rolling('app', { namespace, template: { spec: envFrom('app') } }))
  }
  return server
}
const generations = (server: Server): readonly number[] =>
  teams.map((namespace) => templatesOf(server, 'app', 'deployments', namespace))
const changeAll = (server: Server, a: string): void => {
  for (const namespace of teams) change(server, 'app', { a }, namespace)
}

const rule = (namespace: string) => ({
  apiGroups: ['', 'apps'],
  resources: ['*'],
  verbs: ['list', 'watch', 'patch'],
  namespace,
})

describe('where a controller looks', () => {
  it('is everywhere', async () => {
    const server = await cluster()
    const { said } = await run(server)
    await expect.poll(() => said('adopted').length).toBe(3)
    changeAll(server, '2')
    await expect.poll(() => generations(server)).toEqual([2, 2, 2])
  })
  it('is in the namespaces that are named, with a Role in each', async () => {
    const server = await cluster()
    const namespaces = ['web', 'shop']
    const { said } = await run(server, { scope: { ...scope, namespaces }, rules: namespaces.map(rule) })
    await expect.poll(() => said('adopted').length).toBe(2)
    changeAll(server, '2')
    await expect.poll(() => generations(server)).toEqual([2, 2, 1])
  })
  it('is in those of them that may be read, and in another one from when it may', async () => {
    const server = await cluster()
    const namespaces = ['web', 'shop']
    const rules = [rule('shop'), { ...rule('web'), resources: ['deployments', 'secrets'] }]
    const { said } = await run(server, { scope: { ...scope, namespaces }, rules })
    await expect.poll(() => said('adopted').length, { timeout: 5000 }).toBe(1)
    changeAll(server, '2')
    await expect.poll(() => generations(server)).toEqual([1, 2, 1])
    server.access.grant('controller', namespaces.map(rule))
    await expect.poll(() => said('adopted').length, { timeout: 10_000 }).toBe(2)
    changeAll(server, '3')
    await expect.poll(() => generations(server)).toEqual([2, 3, 1])
  })
  it('is at the workloads that it may read, whatever else is asked for', async () => {
    const server = await cluster()
    const rules = [
      { apiGroups: [''], resources: ['*'], verbs: ['list', 'watch'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['list', 'watch', 'patch'] },
    ]
    const { said } = await run(server, { rules })
    await expect.poll(() => said('adopted').length, { timeout: 5000 }).toBe(3)
  })
  it('is not in the namespaces to ignore', async () => {
    const server = await cluster()
    const { said } = await run(server, { scope: { ...scope, ignoredNamespaces: new Set(['kube-system']) } })
    await expect.poll(() => said('adopted').length).toBe(2)
    changeAll(server, '2')
    await expect.poll(() => generations(server)).toEqual([2, 2, 1])
  })
  it('is in namespaces with a label, from when they have it', async () => {
    const server = await cluster()
    const { said } = await run(server, { scope: { ...scope, namespaceSelector: 'team in (web,audited)' } })
    await expect.poll(() => said('adopted').length).toBe(1)
    changeAll(server, '2')
    await expect.poll(() => generations(server)).toEqual([2, 1, 1])
    server.store.replace('namespaces', { metadata: { name: 'shop', labels: { team: 'audited' } } })
    await expect.poll(() => said('adopted').length).toBe(2)
    changeAll(server, '3')
    await expect.poll(() => generations(server)).toEqual([3, 2, 1])
    server.store.replace('namespaces', { metadata: { name: 'web', labels: {} } })
    changeAll(server, '4')
    await expect.poll(() => generations(server)).toEqual([3, 3, 1])
  })
  it('is only at ConfigMaps with a label', async () => {
    const server = await cluster()
    const labelled = configMap('app', { a: '1' }, 'web')
    labelled.metadata.labels = { roll: 'yes' }
    server.store.replace('configmaps', labelled)
    const { said } = await run(server, { scope: { ...scope, labelSelector: 'roll=yes' } })
    await expect.poll(() => said('adopted').length).toBe(3)
    server.store.replace('configmaps', { ...labelled, data: { a: '2' } })
    change(server, 'app', { a: '2' }, 'shop')
    await expect.poll(() => generations(server)).toEqual([2, 1, 1])
  })
})

describe('a selector', () => {
  it.each([
    ['team=web', 'team=web'],
    ['team==web', 'team=web'],
    ['team:web', 'team=web'],
    ['team:*', 'team'],
    ['team=*', 'team'],
    ['team', 'team'],
    ['!team', '!team'],
    ['team!=web', 'team!=web'],
    ['team in (web, shop),tier:*', 'team in (web, shop),tier'],
    ['team notin (web)', 'team notin (web)'],
    ['example.com/team=web , a:b', 'example.com/team=web,a=b'],
    ['', undefined],
  ])('%j is %j', (given, read) => {
    expect(readSelector([given], '--x')).toBe(read)
  })
  it.each(['team=a b', 'team in web', '=web', 'team in (', 'a=b&c=d'])('%j is refused', (given) => {
    expect(() => readSelector([given], '--x')).toThrow(/--x: .* is no label selector/)
  })
  it('may be given in parts', () => {
    expect(readSelector(['a=b', 'c:*'], '--x')).toBe('a=b,c')
  })
})
