import { type Clock, systemClock } from '@hotmount/core'
import { describe, expect, it } from 'vitest'
import { configMap } from '../../support/api-server/objects.js'
import { apiServer, clientOf, doubledServer, type Server } from '../../support/api-server/start.js'
import { adopted, startController } from './process.js'
import { change, templatesOf, rolling, run, stampOn } from './rig.js'

const patient = { timeout: 30_000 }

const names = ['one', 'two', 'three', 'four', 'five']

/** Workloads of their own ConfigMaps, all adopted. */
const filled = async <S extends Server>(server: S): Promise<S> => {
  for (const name of names) {
    server.store.create('configmaps', configMap(name, { a: '1' }))
    server.store.create('deployments', rolling(name))
  }
  await server.workloads.settled()
  return server
}
const cluster = async (): Promise<Server> => filled(await apiServer())
const generations = (server: Server): readonly number[] => names.map((name) => templatesOf(server, name))

const skewed = (hours: number): Clock => ({
  ...systemClock,
  now: () => systemClock.now() + hours * 3_600_000,
})

describe('nothing is lost and nothing is done twice', () => {
  it('while the API server is away', async () => {
    const server = await cluster()
    const { said } = await run(server)
    await expect.poll(() => said('adopted').length).toBe(5)
    await server.stop()
    for (const name of names.slice(1)) change(server, name, { a: '2' })
    await server.start()
    await expect.poll(() => said('complete').length, patient).toBe(4)
    expect(generations(server)).toEqual([1, 2, 2, 2, 2])
  }, 60_000)

  it('when it goes away in the middle of the writes', async () => {
    const server = await cluster()
    const client = await clientOf(server, 'hasty', undefined, { timeout: '2s' })
    const { said } = await run(server, { client })
    await expect.poll(() => said('adopted').length).toBe(5)
    server.faults.reset(6, { verb: 'patch' })
    server.faults.hang(1, { verb: 'patch' })
    for (const name of names) change(server, name, { a: '2' })
    await expect.poll(() => said('complete').length, { timeout: 60_000 }).toBe(5)
    expect(generations(server)).toEqual([2, 2, 2, 2, 2])
  }, 90_000)

  it('in a storm of 429', async () => {
    const server = await cluster()
    const { said } = await run(server)
    await expect.poll(() => said('adopted').length).toBe(5)
    server.faults.throttle(30, 1, { verb: 'patch' })
    for (const name of names) change(server, name, { a: '2' })
    await expect.poll(() => said('complete').length, { timeout: 60_000 }).toBe(5)
    expect(generations(server)).toEqual([2, 2, 2, 2, 2])
    // It is asked as rarely as it wants to be: about once a second by each of the five.
    expect(server.counts.of('patch deployments')).toBeLessThan(60)
  }, 90_000)

  it('when watches are cut in the middle of an object, and are told that they are too old', async () => {
    const server = await cluster()
    const { said } = await run(server)
    await expect.poll(() => said('adopted').length).toBe(5)
    for (const [index, name] of names.entries()) {
      server.watches.cut(configMap(name, { a: 'half' }))
      change(server, name, { a: '2' })
      if (index % 2 === 0) server.store.compact()
    }
    await expect.poll(() => said('complete').length, patient).toBe(5)
    expect(generations(server)).toEqual([2, 2, 2, 2, 2])
  }, 60_000)

  it('by two controllers that both act', async () => {
    const server = await cluster()
    const both = [await run(server, { user: 'a' }), await run(server, { user: 'b' })]
    await expect
      .poll(
        () =>
          names.filter(
            (name) =>
              server.store.get('deployments', 'default', name).metadata.annotations?.[
                'hotmount.dev/controller'
              ] !== undefined,
          ).length,
      )
      .toBe(5)
    for (let round = 2; round < 6; round++) {
      for (const name of names) change(server, name, { a: `${round}` })
      await expect.poll(() => generations(server), patient).toEqual(names.map(() => round))
    }
    expect(both.flatMap(({ said }) => said('rolled'))).toHaveLength(20)
  }, 60_000)

  it('by two controllers whose clocks are hours apart', async () => {
    const server = await cluster()
    const fast = await run(server, { clock: skewed(5), user: 'a' })
    await expect.poll(() => fast.said('adopted').length).toBe(5)
    for (const name of names) change(server, name, { a: '2' })
    await expect.poll(() => generations(server), patient).toEqual([2, 2, 2, 2, 2])
    await fast.stop()
    const slow = await run(server, { clock: skewed(-5), user: 'b' })
    for (const name of names) change(server, name, { a: '3' })
    await expect.poll(() => generations(server), patient).toEqual([3, 3, 3, 3, 3])
    expect(slow.said('rolled')).toHaveLength(5)
  }, 60_000)

  it('while the writes of many others hang in an admission webhook', async () => {
    const server = await filled(await apiServer())
    const hanging = Array.from({ length: 20 }, (_, at) => `hangs-${at}`)
    for (const name of hanging) {
      server.store.create('configmaps', configMap(name, { a: '1' }))
      server.store.create('deployments', rolling(name))
    }
    await server.workloads.settled()
    const { said } = await run(server)
    await expect.poll(() => said('adopted').length, patient).toBe(25)
    server.faults.hang(Number.POSITIVE_INFINITY, { verb: 'patch', name: /^hangs/ })
    server.counts.clear()
    for (const name of hanging) change(server, name, { a: '2' })
    await expect.poll(() => server.counts.of('patch deployments'), patient).toBeGreaterThanOrEqual(8)
    // A call ends after 30 s: none of those that hang is over before these are done.
    for (const name of names) change(server, name, { a: '2' })
    await expect.poll(() => said('complete').length, { timeout: 20_000 }).toBe(5)
    expect(said('failed')).toEqual([])
    expect(generations(server)).toEqual([2, 2, 2, 2, 2])
    server.faults.clear()
  }, 90_000)

  it('and nothing is kept in mind of what went away in the middle of a write', async () => {
    // Only the double can be written to in the middle of a write.
    const server = await filled(await doubledServer())
    const client = await clientOf(server, 'hasty', undefined, { timeout: '1s' })
    const { said, controller } = await run(server, { client })
    await expect.poll(() => said('adopted').length).toBe(5)
    // What was noted on them has been seen: the next write is a rollout.
    await server.workloads.settled()
    // One is gone before the answer comes, of another one no answer comes.
    server.store.onWrite(({ plural, after }) => {
      if (plural === 'deployments' && after?.metadata.name === 'one')
        server.store.remove(plural, 'default', 'one')
    })
    change(server, 'one', { a: '2' })
    await expect.poll(() => said('rolled')).toEqual(['rolled one'])
    server.faults.hang(1, { verb: 'patch' })
    server.counts.clear()
    change(server, 'two', { a: '2' })
    await expect.poll(() => server.counts.of('patch deployments')).toBe(1)
    server.store.remove('deployments', 'default', 'two')
    await expect.poll(() => said('failed')).toEqual(['failed two'])
    await expect
      .poll(() => [controller.rolling, controller.failing, controller.pending], patient)
      .toEqual([0, 0, 0])
  }, 60_000)

  it('when the one that acts is killed', async () => {
    const server = await cluster()
    const a = await startController(server, [], { user: 'a' })
    await expect.poll(() => a.said('leads'), patient).toBe(1)
    const b = await startController(server, [], { user: 'b' })
    await adopted(server, 5)
    change(server, 'one', { a: '2' })
    await expect.poll(() => a.said('workload complete'), patient).toBe(1)
    expect(b.said('leads')).toBe(0)
    // Two changes are gathered, or about to be written, when it dies; two come while nobody acts.
    for (const name of ['two', 'three']) change(server, name, { a: '2' })
    await a.end('SIGKILL')
    for (const name of ['four', 'five']) change(server, name, { a: '2' })
    await expect.poll(() => generations(server), { timeout: 45_000 }).toEqual([2, 2, 2, 2, 2])
    expect(b.said('leads')).toBe(1)
    expect(b.said('workload rolled', 'deployment/one')).toBe(0)
    await expect.poll(() => b.said('workload complete'), patient).toBeGreaterThan(1)
    expect(new Set(names.map((name) => stampOn(server, name))).size).toBe(5)
    expect(await b.end()).toBe(0)
    expect(b.noise()).toBe('')
  }, 120_000)

  it('when it is asked to end, and another one takes over at once', async () => {
    const server = await cluster()
    const a = await startController(server, [], { user: 'a' })
    await expect.poll(() => a.said('leads'), patient).toBe(1)
    const b = await startController(server, [], { user: 'b' })
    await adopted(server, 5)
    const asked = Date.now()
    expect(await a.end()).toBe(0)
    await expect.poll(() => b.said('leads'), patient).toBe(1)
    // Let go of, the Lease need not run out.
    expect(Date.now() - asked).toBeLessThan(10_000)
    change(server, 'two', { a: '2' })
    await expect.poll(() => generations(server), patient).toEqual([1, 2, 1, 1, 1])
  }, 60_000)
})
