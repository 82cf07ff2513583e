import { ApiError, amend, resources } from '@hotmount/adapters/kubernetes'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it } from 'vitest'
import { configMap, secret, workload } from '../../support/api-server/objects.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'

const failureOf = async (work: Promise<unknown>): Promise<ApiError> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

const body = (annotations: object) => ({ metadata: { name: 'shop', annotations } })

describe('a client', () => {
  it('creates, reads, lists, changes and deletes', async () => {
    const server = await apiServer({ tls: true })
    const client = await clientOf(server)
    await client.create(resources.configMaps, { metadata: { name: 'app' }, data: { a: '1' } })
    const read = await client.get(resources.configMaps, { name: 'app' })
    expect(read).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } })
    await client.update(resources.configMaps, { ...read, data: { a: '2' } })
    expect((await failureOf(client.update(resources.configMaps, read))).status).toBe(409)
    const ref = { name: 'app' }
    await client.patch(resources.configMaps, ref, { type: 'merge', body: { data: { b: '2' } } })
    await client.patch(
      resources.configMaps,
      ref,
      { type: 'merge', body: { data: { c: '3' } } },
      { dryRun: true },
    )
    await client.patch(resources.configMaps, ref, { type: 'json', body: [{ op: 'remove', path: '/data/a' }] })
    expect((await client.list(resources.configMaps)).items.map(({ data }) => data)).toEqual([{ b: '2' }])
    const { uid = '' } = read.metadata
    expect((await failureOf(client.delete(resources.configMaps, ref, { uid: 'another' }))).status).toBe(409)
    await client.delete(resources.configMaps, ref, { uid })
    expect(server.store.list('configmaps')).toEqual([])
  })

  it('applies what it owns, and nothing else', async () => {
    const server = await apiServer()
    const client = await clientOf(server)
    server.store.create('deployments', workload({ name: 'shop', template: { annotations: { mine: 'x' } } }))
    const ref = { name: 'shop' }
    await client.patch(resources.deployments, ref, { type: 'apply', body: body({ a: '1', b: '1' }) })
    const applied = await client.patch(resources.deployments, ref, { type: 'apply', body: body({ a: '2' }) })
    expect({ b: undefined, ...applied.metadata.annotations }).toMatchObject({ a: '2', b: undefined })
    const other = { fieldManager: 'other' }
    const clash = await failureOf(
      client.patch(resources.deployments, ref, { type: 'apply', body: body({ a: '3' }) }, other),
    )
    expect(clash).toMatchObject({ status: 409, reason: 'Conflict' })
    const forced = { ...other, force: true }
    await client.patch(resources.deployments, ref, { type: 'apply', body: body({ a: '3' }) }, forced)
    const container = { name: 'shop', image: 'example.org/shop:2' }
    const strategic = { spec: { template: { spec: { containers: [container] } } } }
    const patched = await client.patch(resources.deployments, ref, { type: 'strategic', body: strategic })
    expect(patched.metadata.annotations).toMatchObject({ a: '3' })
    expect(patched.spec?.template).toMatchObject({ spec: { containers: [container] } })
  })

  it('waits as long as it is asked to', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('app', {}))
    const clock = fakeClock()
    const client = await clientOf(server, 'admin', undefined, { clock })
    server.faults.throttle(3, 2)
    const got = client.get(resources.configMaps, { name: 'app' })
    const times: number[] = []
    for (const asked of [1, 2, 3, 4]) {
      await expect
        .poll(
          async () => {
            if (asked > 1) await clock.advance(50)
            return server.counts.total
          },
          { interval: 5 },
        )
        .toBe(asked)
      times.push(clock.now())
    }
    // Never before two seconds are over; jitter comes on top.
    expect(times.slice(1).map((time, n) => time - (times[n] ?? 0) >= 2000)).toEqual([true, true, true])
    expect((await got).metadata.name).toBe('app')
    server.faults.throttle(1, 3600)
    expect(await failureOf(client.get(resources.configMaps, { name: 'app' }))).toMatchObject({
      status: 429,
      retryAfterMs: 3_600_000,
      retryable: true,
    })
  })

  it('asks again after a fault where that can do no harm, and no second time for a create', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('app', {}))
    const clock = fakeClock()
    const client = await clientOf(server, 'admin', undefined, { clock })
    server.faults.reset(1)
    server.faults.fail(1, 503, 'ServiceUnavailable')
    const got = client.get(resources.configMaps, { name: 'app' })
    await expect
      .poll(async () => {
        await clock.advance(1000)
        return server.counts.of('get configmaps')
      })
      .toBe(3)
    await got
    server.faults.reset(1)
    const made = await failureOf(client.create(resources.configMaps, { metadata: { name: 'b' } }))
    expect(made).toMatchObject({ status: 0, reason: 'ECONNRESET', code: 'APPLY_FAILED' })
    expect(server.counts.of('create configmaps')).toBe(1)
  })

  it('uses a connection again, and another one when that has ended meanwhile', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('app', {}))
    const client = await clientOf(server)
    await client.get(resources.configMaps, { name: 'app' })
    await server.stop()
    await server.start()
    await client.get(resources.configMaps, { name: 'app' })
    expect(server.counts.of('get configmaps')).toBe(2)
  })

  it('does not wait for ever', async () => {
    const server = await apiServer()
    const clock = fakeClock()
    const client = await clientOf(server, 'admin', undefined, { clock, timeout: '10s' })
    server.faults.hang(2)
    const got = failureOf(client.get(resources.configMaps, { name: 'app' }))
    await expect.poll(() => server.counts.total).toBe(1)
    await clock.advance(10_000)
    expect(await got).toMatchObject({ code: 'TIMED_OUT', retryable: true })
    const stop = new AbortController()
    const aborted = client.get(resources.configMaps, { name: 'app' }, stop.signal)
    await expect.poll(() => server.counts.total).toBe(2)
    stop.abort(new Error('enough'))
    await expect(aborted).rejects.toThrow('enough')
    expect(clock.pending).toBe(0)
  })

  it('does not wait for a connection when it is told not to', async () => {
    const server = await apiServer()
    const client = await clientOf(server)
    server.faults.hang(1000)
    const [stop, end] = [new AbortController(), new AbortController()]
    const ask = ({ signal }: AbortController) => client.get(resources.configMaps, { name: 'app' }, signal)
    const asked = Array.from({ length: 100 }, () => ask(end))
    await expect.poll(() => server.counts.total).toBeGreaterThan(39)
    const late = ask(stop)
    stop.abort(new Error('enough'))
    await expect(late).rejects.toThrow('enough')
    end.abort()
    await Promise.allSettled(asked)
    expect(server.counts.total).toBeLessThan(60)
  })

  it('names the rule that is missing: for all namespaces, one name, a subresource', async () => {
    const server = await apiServer()
    const client = await clientOf(server, 'system:serviceaccount:web:shop', [])
    const hints = await Promise.all(
      [
        client.list(resources.secrets, { namespace: '*' }),
        client.get(resources.deployments, { name: 'shop', namespace: 'web' }),
        client.create(resources.events, {
          metadata: { name: 'e' },
          involvedObject: { kind: 'Pod', name: 'p' },
        }),
        client.patch(resources.pods, { name: 'p' }, { type: 'merge', body: {} }, { subresource: 'status' }),
      ].map(async (work) => (await failureOf(work)).hint),
    )
    expect(hints).toEqual([
      'bind to ServiceAccount web:shop a ClusterRole: { apiGroups: [""], resources: ["secrets"], verbs: ["list"] }',
      'bind to ServiceAccount web:shop a Role in namespace web: { apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["shop"], verbs: ["get"] }',
      'bind to ServiceAccount web:shop a Role in namespace default: { apiGroups: [""], resources: ["events"], verbs: ["create"] }',
      'bind to ServiceAccount web:shop a Role in namespace default: { apiGroups: [""], resources: ["pods/status"], resourceNames: ["p"], verbs: ["patch"] }',
    ])
  })

  it('never tells a value, whatever the server says', async () => {
    const server = await apiServer()
    server.store.create('secrets', secret('s', { password: 'hunter2' }))
    const client = await clientOf(server)
    const changed = { data: { password: Buffer.from('hunter2').toString('base64') } }
    server.faults.fail(1, 422, 'Invalid')
    const error = await failureOf(
      client.patch(resources.secrets, { name: 's' }, { type: 'merge', body: changed }),
    )
    expect(JSON.stringify(error) + String(error.stack) + String(error.hint)).not.toMatch(
      /hunter2|aHVudGVyMg|planned/,
    )
    expect(error.message).toBe('patch secrets/s in namespace default: the API server answered 422 Invalid')
  })
})

describe('amend', () => {
  it('decides anew when somebody else wrote in between', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('app', { n: '0' }))
    const client = await clientOf(server)
    await Promise.all(
      Array.from({ length: 5 }, () =>
        amend(client, resources.configMaps, { name: 'app' }, ({ data = {} }) => ({
          type: 'merge',
          body: { data: { n: String(Number(data['n']) + 1) } },
        })),
      ),
    )
    expect(server.store.get('configmaps', 'default', 'app')['data']).toEqual({ n: '5' })
  })
  it('writes nothing where there is nothing to change, and gives up when it is always too late', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('app', { n: '0' }))
    const client = await clientOf(server)
    await amend(client, resources.configMaps, { name: 'app' }, () => undefined)
    expect(server.counts.of('patch configmaps')).toBe(0)
    server.faults.conflict(100)
    const late = amend(client, resources.configMaps, { name: 'app' }, () => ({
      type: 'merge',
      body: { data: {} },
    }))
    expect(await failureOf(late)).toMatchObject({ status: 409, retryable: true })
    expect(server.counts.of('patch configmaps')).toBe(8)
  })
})
