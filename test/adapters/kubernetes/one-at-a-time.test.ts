import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { apiServer } from '../../support/api-server/start.js'
import { brief } from '../../support/recorder.js'
import {
  allInSync,
  gate,
  last,
  patiently,
  publish,
  replica,
  replicas,
  served,
  stopped,
  Track,
  triedOn,
} from './relay.js'

const held = (by: string): RegExp =>
  new RegExp(`^rejected: server: held: ${by} has applied this config and failed \\(VERIFY_FAILED\\)$`)

describe('twenty replicas', () => {
  it('reload one at a time, and all end on the last config', async () => {
    const server = await apiServer()
    const track = new Track()
    const all = await replicas(server, track, 20)
    track.act = () => pause(5)
    await publish(all, '2')
    await allInSync(all)
    expect(served(all)).toEqual({ '2': 20 })
    expect(track.most).toBe(1)
    expect(new Set(track.applied).size).toBe(20)
    const [first, ...others] = all
      .map(({ reports }) => reports.at(-1))
      .map((report) => (report?.outcome === 'applied' ? (report.evidence ?? '') : ''))
      .toSorted((one, other) => Number(/\d+/.exec(one)?.[0] ?? 0) - Number(/\d+/.exec(other)?.[0] ?? 0))
    expect(first).toBe('the first of all replicas')
    expect(others.at(-1)).toBe('after 19 others')
    expect(triedOn(server)).toMatchObject([{ digest: all[0]?.mount.snapshot.digest }])
    expect(triedOn(server)[0]?.verified).toHaveLength(20)
  }, 30_000)

  it('go over to what is newer while they wait', async () => {
    const server = await apiServer()
    const track = new Track()
    const all = await replicas(server, track, 20)
    const { opened, open } = gate()
    track.act = (stage) => (stage === 'verify' ? opened : undefined)
    await publish(all, '2')
    await expect.poll(() => track.running.size, patiently).toBe(1)
    await publish(all, '3')
    const past = (): number =>
      all.filter(({ reports }) => reports.some((report) => brief(report) === 'skipped superseded')).length
    await expect.poll(past, patiently).toBe(19)
    open()
    await allInSync(all)
    expect(served(all)).toEqual({ '3': 20 })
    expect(track.most).toBe(1)
    // Nobody but the first has reloaded for what was past.
    expect(track.applied.filter((one) => one.endsWith(' 2'))).toHaveLength(1)
  }, 30_000)

  it('stop when the first fails to verify; the old config goes on, and a mended one releases them', async () => {
    const server = await apiServer()
    const track = new Track()
    const all = await replicas(server, track, 20, { rollback: true })
    track.act = (stage, _pod, value) => {
      if (stage === 'verify' && value === '2') throw new Error('it answers 500')
    }
    await publish(all, '2')
    await stopped(all, 19, held('shop-\\d+'))
    expect(served(all)).toEqual({ '1': 20 })
    expect(track.most).toBe(1)
    expect(track.applied).toHaveLength(1)
    const [canary] = track.applied[0]?.split(' ') ?? []
    expect(all.find(({ pod }) => pod === canary)?.reports.at(-1)).toMatchObject({ outcome: 'rolledBack' })
    await publish(all, '3')
    await allInSync(all)
    expect(served(all)).toEqual({ '3': 20 })
    expect(track.most).toBe(1)
  }, 30_000)
})

describe('a replica that fails', () => {
  it('stops those that come after it, and no others', async () => {
    const server = await apiServer()
    const track = new Track()
    const all = await replicas(server, track, 5, { loop: { retry: false, timeout: '20s' } })
    track.act = (stage) => {
      if (stage === 'verify' && track.applied.length === 3) throw new Error('it answers 500')
    }
    await publish(all, '2')
    await stopped(all, 2, held('shop-\\d'))
    expect(all.filter((one) => last(one) === 'applied')).toHaveLength(2)
    expect(served(all)).toEqual({ '1': 2, '2': 3 })
  })

  it('lets them go on once it has succeeded after all', async () => {
    const server = await apiServer()
    const track = new Track()
    const all = await replicas(server, track, 3)
    let isBroken = true
    track.act = (stage) => {
      if (stage === 'verify' && isBroken) throw new Error('it answers 500')
    }
    await publish(all, '2')
    await stopped(all, 2, held('shop-\\d'))
    expect(triedOn(server)[0]).toMatchObject({ verified: [], failed: { code: 'VERIFY_FAILED' } })
    isBroken = false
    await allInSync(all)
    expect(served(all)).toEqual({ '2': 3 })
    expect(triedOn(server)[0]?.failed).toBeUndefined()
  })

  it('is overruled by a person who removes the annotation', async () => {
    const server = await apiServer()
    const track = new Track()
    const all = await replicas(server, track, 3, { rollback: true })
    track.act = (stage, _pod, value) => {
      if (stage === 'verify' && value === '2' && track.applied.length === 1) throw new Error('it answers 500')
    }
    await publish(all, '2')
    await stopped(all, 2, held('shop-\\d'))
    const lease = server.store.get('leases', 'default', 'shop-config')
    lease.metadata.annotations = {}
    server.store.replace('leases', lease)
    // The first has taken it back for good; the others try it.
    await expect.poll(() => served(all), patiently).toEqual({ '1': 1, '2': 2 })
    expect(track.most).toBe(1)
  })

  it('is told of at once when a stage does not end', async () => {
    const server = await apiServer()
    const track = new Track()
    const slow = await replica(server, track, 'shop-0', { loop: { timeout: '3s' } })
    const { opened, open } = gate()
    track.act = (stage, pod) => (stage === 'verify' && pod === 'shop-0' ? opened : undefined)
    await publish([slow], '2')
    await expect.poll(() => last(slow), patiently).toMatch(/verify of .* took longer/)
    const next = await replica(server, track, 'shop-1')
    await publish([next], '2')
    await stopped([next], 1, /held: shop-0 has applied this config and failed \(TIMED_OUT\)/)
    expect(track.most).toBe(1)
    open()
  })
})
