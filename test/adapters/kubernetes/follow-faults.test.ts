import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { kubeClient } from '@hotmount/adapters/kubernetes'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { following } from '../../support/api-server/following.js'
import { configMap } from '../../support/api-server/objects.js'
import { Refusal } from '../../support/api-server/refusals.js'
import { apiServer, clientOf, serviceAccount } from '../../support/api-server/start.js'
import { directory } from '../../support/mounted.js'
import { until } from '../../support/api-server/time.js'

describe('a follower', () => {
  it('loses nothing and tells nothing twice when the server is away for a minute', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('a', { x: '0' }))
    const clock = fakeClock(1_000_000)
    const client = await clientOf(server, 'admin', undefined, { clock })
    const { follower, told, errors } = following(client, { clock, backoff: {} })
    await follower.synced()
    await expect.poll(() => server.watches.size).toBe(1)
    await server.stop()
    server.store.replace('configmaps', configMap('a', { x: '1' }))
    server.store.create('configmaps', configMap('brief', {}))
    const asked = server.counts.total
    const away = clock.now() + 60_000
    await until(clock, () => clock.now() >= away, 500)
    expect(follower.trouble).toMatchObject({ status: 0, reason: 'ECONNREFUSED' })
    server.store.remove('configmaps', 'default', 'brief')
    server.store.create('configmaps', configMap('b', {}))
    await server.start()
    await until(clock, () => told.includes('added b {}'), 500)
    expect(told.filter((each) => !each.includes('brief'))).toEqual([
      'added a {"x":"0"}',
      'changed a {"x":"1"}',
      'added b {}',
    ])
    expect(told.filter((each) => each.includes('brief')).length % 2).toBe(0)
    expect(errors).toEqual(['APPLY_FAILED'])
    expect(follower.trouble).toBeUndefined()
    // One try after it came back: those before found nobody.
    expect(server.counts.total - asked).toBe(1)
  })

  it('waits longer and longer while too much is asked for, and as long as the server wants it to', async () => {
    const server = await apiServer()
    const clock = fakeClock(1_000_000)
    const client = await clientOf(server, 'admin', undefined, { clock })
    server.faults.throttle(30, 1)
    const { follower, told } = following(client, { clock, backoff: { min: 500, max: '30s' } })
    server.store.create('configmaps', configMap('a', {}))
    const passed = await until(clock, () => told.length === 1, 500)
    expect(passed).toBeGreaterThan(30_000)
    expect(server.counts.of('list configmaps')).toBe(31)
    await expect.poll(() => server.watches.size).toBe(1)
    server.faults.throttle(5, 7, { verb: 'watch' })
    server.watches.close()
    server.store.create('configmaps', configMap('b', {}))
    expect(await until(clock, () => told.length === 2, 500)).toBeGreaterThanOrEqual(35_000)
    expect(told).toEqual(['added a {}', 'added b {}'])
    expect(follower.health.lists).toBeLessThan(12)
  })

  it('does not ask in a loop when watches end at once, or are always too old', async () => {
    const server = await apiServer()
    const clock = fakeClock(1_000_000)
    const client = await clientOf(server, 'admin', undefined, { clock })
    const { follower } = following(client, { clock, backoff: {} })
    await follower.synced()
    const end = clock.now() + 60_000
    await until(
      clock,
      () => {
        server.watches.close()
        return clock.now() >= end
      },
      500,
    )
    expect(server.counts.of('watch configmaps')).toBeLessThan(15)
    server.faults.fail(1000, 410, 'Expired', { verb: 'watch' })
    server.counts.clear()
    const later = clock.now() + 60_000
    await until(
      clock,
      () => {
        server.watches.close()
        return clock.now() >= later
      },
      500,
    )
    expect(server.counts.of('list configmaps')).toBeGreaterThan(1)
    expect(server.counts.total).toBeLessThan(30)
  })

  it('goes on with a rotated token', async () => {
    const server = await apiServer({ tls: true })
    const account = await serviceAccount(server, 'system:serviceaccount:default:shop')
    const client = await kubeClient({ serviceAccount: account.directory, env: account.env })
    onTestFinished(() => client.close())
    const { follower, told, errors } = following(client)
    await follower.synced()
    await expect.poll(() => server.watches.size).toBe(1)
    account.rotate()
    server.watches.cut()
    server.store.create('configmaps', configMap('a', {}))
    await expect.poll(() => told).toEqual(['added a {}'])
    expect(errors).toEqual([])
    expect(server.counts.all()).toEqual({ 'list configmaps': 1, 'watch configmaps': 3 })
  })

  it('says what it may not, and begins when it may', async () => {
    const server = await apiServer()
    const client = await clientOf(server, 'system:serviceaccount:default:shop', [])
    const { follower, told, errors } = following(client, { namespace: '*' })
    await expect(follower.synced()).rejects.toMatchObject({
      hint: 'bind to ServiceAccount default:shop a ClusterRole: { apiGroups: [""], resources: ["configmaps"], verbs: ["list"] }',
    })
    server.store.create('configmaps', configMap('a', {}))
    const recovered = new Promise((resolve) => follower.once('recovered', () => resolve(undefined)))
    server.access.grant('system:serviceaccount:default:shop', [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] },
    ])
    await recovered
    await follower.synced()
    expect(errors).toEqual(['TARGET_FORBIDDEN'])
    await expect.poll(() => told).toEqual(['added a {}'])
  })

  it('goes on from where it was, and not back, when a watch ends in an error', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('a', { x: '1' }))
    const { follower, told, errors } = following(await clientOf(server))
    await follower.synced()
    await expect.poll(() => server.watches.size).toBe(1)
    for (const x of ['2', '3']) server.store.replace('configmaps', configMap('a', { x }))
    server.watches.fail(new Refusal(500, 'InternalError', 'a planned failure'))
    await expect.poll(() => errors.length).toBe(1)
    await expect.poll(() => server.watches.size).toBe(1)
    server.store.replace('configmaps', configMap('a', { x: '4' }))
    await expect.poll(() => told.at(-1)).toBe('changed a {"x":"4"}')
    expect(told.slice(1)).toEqual(['2', '3', '4'].map((x) => `changed a {"x":"${x}"}`))
    expect(follower.health.lists).toBe(1)
  })

  it('says so when the token cannot be read, and goes on when it can', async () => {
    const server = await apiServer({ tls: true })
    const account = await serviceAccount(server, 'system:serviceaccount:default:shop')
    const client = await kubeClient({ serviceAccount: account.directory, env: account.env })
    onTestFinished(() => client.close())
    rmSync(path.join(account.directory, 'token'))
    const { follower } = following(client)
    await expect.poll(() => follower.trouble?.message).toMatch(/^read .*token \(ENOENT\)$/)
    expect(follower.trouble).toMatchObject({
      code: 'TARGET_FORBIDDEN',
      hint: expect.stringMatching(/automountServiceAccountToken/),
    })
    account.rotate()
    await follower.synced()
  })

  it('gives up a watch whose line does not end, and says so', async () => {
    let asked = 0
    const server = createServer((request, response) => {
      asked += 1
      if (!(request.url ?? '').includes('watch=true')) {
        response.end('{"metadata":{"resourceVersion":"1"},"items":[]}')
        return
      }
      const flood = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      }
      response.on('drain', flood)
      flood()
    })
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const file = path.join(await directory(), 'kubeconfig')
    writeFileSync(
      file,
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'c' } }],
        clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
      }),
    )
    const client = await kubeClient({ kubeconfig: file })
    onTestFinished(() => client.close())
    const { follower } = following(client, { backoff: { min: 60_000, max: 60_000 } })
    await expect.poll(() => follower.trouble?.reason, { timeout: 10_000 }).toBe('ANSWER_TOO_LARGE')
    expect([follower.health.state, asked]).toEqual(['waiting', 2])
  })
})
