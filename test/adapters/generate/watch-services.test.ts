import { type ServiceValue, watchServices, type WatchServicesOptions } from '@hotmount/adapters/generate'
import { type Change, type Mount, MountError, reload, UsageError, watchConfigMap } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import { endpointSlice, service } from '../../support/api-server/objects.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'

const labels = { expose: 'nginx' }
const quick = { settle: { quiet: '20ms', max: '200ms' }, backoff: { min: 20, max: 100 } } as const

type Server = Awaited<ReturnType<typeof apiServer>>

const serving = async (): Promise<Server> => {
  const server = await apiServer()
  server.store.create('services', service('web', { labels }))
  server.store.create('services', service('hidden'))
  server.store.create('endpointslices', endpointSlice('web', ['10.0.0.1'], 8080))
  return server
}

const opened = async (
  server: Server,
  options: WatchServicesOptions = {},
  rules?: readonly Rule[],
): Promise<{ readonly mount: Mount; readonly told: Change[] }> => {
  const client = await clientOf(server, 'generator', rules)
  const mount = await watchServices(client, { selector: 'expose=nginx', ...quick, ...options })
  onTestFinished(() => mount.close())
  const told: Change[] = []
  mount.on('change', (change) => void told.push(change))
  await expect.poll(() => server.watches.size).toBe(options.endpoints === false ? 1 : 2)
  return { mount, told }
}

const valuesIn = ({ snapshot }: Mount): readonly ServiceValue[] =>
  JSON.parse(snapshot.text('services.json')) as readonly ServiceValue[]
const shown = (mount: Mount): readonly string[] =>
  valuesIn(mount).map(({ name, endpoints }) => `${name} ${endpoints.map(({ address }) => address).join(',')}`)

describe('Services as a mount', () => {
  it('are those with the labels, with their endpoints, and follow both', async () => {
    const server = await serving()
    const { mount, told } = await opened(server)
    expect(shown(mount)).toEqual(['web 10.0.0.1'])
    expect(mount.path).toBe('services expose=nginx in default')
    server.store.replace('endpointslices', endpointSlice('web', ['10.0.0.2'], 8080))
    await expect.poll(() => shown(mount)).toEqual(['web 10.0.0.2'])
    server.store.create('services', service('api', { labels }))
    await expect.poll(() => shown(mount)).toEqual(['api ', 'web 10.0.0.2'])
    expect(told.map(({ changed }) => changed)).toEqual([['services.json'], ['services.json']])
  })

  it('change once for many changes at once, and end with the last of them', async () => {
    const server = await serving()
    const { mount, told } = await opened(server)
    for (let count = 2; count <= 100; count++)
      server.store.replace('endpointslices', endpointSlice('web', [`10.0.0.${count}`], 8080))
    await expect.poll(() => shown(mount)).toEqual(['web 10.0.0.100'])
    expect(told.length).toBeLessThanOrEqual(3)
  })

  it('say nothing of what means the same', async () => {
    const server = await serving()
    const { mount, told } = await opened(server)
    const { digest } = mount.snapshot
    server.store.replace(
      'endpointslices',
      endpointSlice('web', ['10.0.0.1', { address: '10.0.0.9', conditions: { ready: false } }], 8080),
    )
    server.store.create('endpointslices', endpointSlice('hidden', ['10.0.0.7'], 80))
    server.store.create('services', service('zz', { labels }))
    await expect.poll(() => shown(mount)).toEqual(['web 10.0.0.1', 'zz '])
    server.store.remove('services', 'default', 'zz')
    await expect.poll(() => mount.snapshot.digest).toBe(digest)
    expect(told).toHaveLength(2)
  })

  it('stay as they were while the server is away, and are the newest when it is back', async () => {
    const server = await serving()
    const { mount, told } = await opened(server)
    const troubles: string[] = []
    mount.on('error', ({ code }) => void troubles.push(code))
    mount.on('recovered', ({ code }) => void troubles.push(`over: ${code}`))
    await server.stop()
    await expect.poll(() => troubles).toEqual(['MOUNT_UNREADABLE'])
    expect(mount.health).toMatchObject({ deaf: true, troubles: [{ code: 'MOUNT_UNREADABLE' }] })
    server.store.replace('endpointslices', endpointSlice('web', ['10.0.0.2'], 8080))
    server.store.compact()
    server.store.replace('services', service('web', { labels, port: 81 }))
    expect(shown(mount)).toEqual(['web 10.0.0.1'])
    await server.start()
    await expect.poll(() => shown(mount)).toEqual(['web 10.0.0.2'])
    await expect.poll(() => valuesIn(mount)[0]?.ports[0]?.port).toBe(81)
    await expect.poll(() => troubles).toEqual(['MOUNT_UNREADABLE', 'over: MOUNT_UNREADABLE'])
    expect(mount.health).toMatchObject({ deaf: false, troubles: [], troubledSince: undefined })
    expect(told.length).toBeGreaterThan(0)
  })

  it('wait for a server that is away at the start, and tell so', async () => {
    const server = await serving()
    const client = await clientOf(server, 'admin', undefined, { timeout: '500ms' })
    await server.stop()
    const onTrouble = vi.fn<(error: MountError) => void>()
    const opening = watchServices(client, { ...quick, onTrouble })
    await expect.poll(() => onTrouble.mock.calls[0]?.[0].code, { timeout: 20_000 }).toBe('MOUNT_UNREADABLE')
    await server.start()
    const mount = await opening
    onTestFinished(() => mount.close())
    expect(shown(mount)).toEqual(['hidden ', 'web 10.0.0.1'])
  })

  it('end with their signal, before they are there and after', async () => {
    const server = await serving()
    const client = await clientOf(server)
    const [early, late] = [new AbortController(), new AbortController()]
    server.faults.hang(1, { resource: 'endpointslices' })
    const opening = watchServices(client, { ...quick, signal: early.signal })
    await expect.poll(() => server.watches.size).toBe(1)
    early.abort(new Error('enough'))
    await expect(opening).rejects.toThrow('enough')
    await expect.poll(() => server.watches.size).toBe(0)
    const mount = await watchServices(client, { ...quick, signal: late.signal })
    const closed = new Promise<void>((resolve) => mount.on('close', () => resolve()))
    late.abort()
    await closed
    expect(mount.signal.aborted).toBe(true)
    await expect.poll(() => server.watches.size).toBe(0)
  })

  it('stay when all of them vanish at once, unless that is meant', async () => {
    const server = await serving()
    const [{ mount }, { mount: other }] = [
      await opened(server),
      await watchServices(await clientOf(server), {
        selector: 'expose=nginx',
        ...quick,
        emptied: 'accept',
      }).then((made) => ({ mount: made })),
    ]
    onTestFinished(() => other.close())
    const troubles: string[] = []
    mount.on('error', ({ code }) => void troubles.push(code))
    mount.on('recovered', ({ code }) => void troubles.push(`over: ${code}`))
    server.store.remove('services', 'default', 'web')
    await expect.poll(() => troubles).toEqual(['MOUNT_EMPTIED'])
    await expect.poll(() => shown(other)).toEqual([])
    expect(shown(mount)).toEqual(['web 10.0.0.1'])
    server.store.create('services', service('api', { labels }))
    await expect.poll(() => shown(mount)).toEqual(['api '])
    expect(troubles).toEqual(['MOUNT_EMPTIED', 'over: MOUNT_EMPTIED'])
  })

  it('need no right on endpoints that nobody asks for, and say which one is missing', async () => {
    const server = await serving()
    const rules = [
      { apiGroups: [''], resources: ['services'], verbs: ['list', 'watch'], namespace: 'default' },
    ]
    const { mount } = await opened(server, { endpoints: false }, rules)
    expect(shown(mount)).toEqual(['web '])
    const client = await clientOf(server, 'generator', rules)
    const refused: unknown = await watchServices(client, quick).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(MountError)
    expect(refused).toMatchObject({
      code: 'MOUNT_UNREADABLE',
      hint: expect.stringMatching(/discovery\.k8s\.io.*endpointslices.*list/) as unknown,
    })
  })

  it('have the keys of another mount beside them, and close it', async () => {
    const server = await serving()
    const volume = await simulateMount({ 'x.eta': 'one' })
    onTestFinished(() => volume[Symbol.asyncDispose]())
    const beside = await watchConfigMap(volume.path)
    const { mount, told } = await opened(server, { beside })
    expect(mount.snapshot.keys()).toEqual(['services.json', 'x.eta'])
    await volume.swap({ 'x.eta': 'two' })
    await expect.poll(() => mount.snapshot.text('x.eta')).toBe('two')
    expect(told[0]?.changed).toEqual(['x.eta'])
    await mount.close()
    expect(beside.signal.aborted).toBe(true)
  })

  it('are reacted to as any mount is', async () => {
    const server = await serving()
    const { mount } = await opened(server)
    const seen: string[] = []
    const loop = reload(mount, ({ snapshot }) => void seen.push(snapshot.digest), { initial: true })
    onTestFinished(() => loop.close())
    await expect.poll(() => seen).toHaveLength(1)
    server.store.replace('services', service('web', { labels, port: 81 }))
    await expect.poll(() => seen).toHaveLength(2)
    expect((await mount.resync()).digest).toBe(seen[1])
  })

  it('refuse what they do not know', async () => {
    const server = await serving()
    const client = await clientOf(server)
    await expect(watchServices(client, { selektor: 'x' } as WatchServicesOptions)).rejects.toThrow(UsageError)
  })
})
