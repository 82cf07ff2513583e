import { setTimeout as pause } from 'node:timers/promises'
import { acquireLease, oneAtATime } from '@hotmount/adapters/kubernetes'
import { chain, systemClock, type Clock, type Reaction, reload } from '@hotmount/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { apiServer, clientOf } from '../../support/api-server/start.js'
import { mounted } from '../../support/mounted.js'
import {
  allInSync,
  gate,
  last,
  patiently,
  publish,
  replica,
  replicas,
  rules,
  served,
  Track,
  triedOn,
} from './relay.js'

/** The clock of a process that can be killed: from then on, nothing happens there any more. */
const mortal = (): { clock: Clock; kill: () => void } => {
  const death = new AbortController()
  const clock: Clock = {
    now: () => systemClock.now(),
    sleep: async (ms, signal) => {
      const ends = AbortSignal.any([death.signal, ...(signal ? [signal] : [])])
      await systemClock.sleep(ms, ends).catch(() => {
        signal?.throwIfAborted()
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('closed')), { once: true })
        })
      })
    },
  }
  return { clock, kill: () => death.abort(new Error('killed')) }
}

const evidence = (one: Parameters<typeof last>[0]): string | undefined => {
  const report = one.reports.at(-1)
  return report?.outcome === 'applied' ? report.evidence : undefined
}

describe('a holder that is killed while it reloads', () => {
  it.each([
    ['the first', 'the first of all replicas', false],
    ['the second', 'after 1 other', true],
  ])('is waited for, then the next one goes on: %s', async (_which, wanted, isProven) => {
    const server = await apiServer()
    const track = new Track()
    if (isProven) {
      const canary = await replica(server, track, 'shop-canary')
      await publish([canary], '2')
      await canary.loop.inSync()
    }
    const { clock, kill } = mortal()
    const doomed = await replica(server, track, 'shop-doomed', { loop: { timeout: '20s', clock } })
    const { opened } = gate()
    track.act = (stage, pod) => (stage === 'verify' && pod === 'shop-doomed' ? opened : undefined)
    await publish([doomed], '2')
    await expect.poll(() => track.running.size, patiently).toBe(1)
    const others = await replicas(server, track, 3)
    await publish(others, '2')
    const killedAt = Date.now()
    kill()
    track.running.clear()
    await allInSync(others)
    // Of its 3 s, it had used up a third at most.
    expect(Date.now() - killedAt).toBeGreaterThan(1500)
    expect(served(others)).toEqual({ '2': 3 })
    expect(track.most).toBe(1)
    expect(others.map(evidence)).toContain(wanted)
  })
})

describe('an API server that is away', () => {
  it('is waited for, with the old config; it is told why, and goes on when it is back', async () => {
    const server = await apiServer()
    const track = new Track()
    const all = await replicas(server, track, 2, { loop: { timeout: 400, retry: { min: 50, max: 100 } } })
    await server.stop()
    await publish(all, '2')
    await expect
      .poll(() => all.map(last).join('\n'), patiently)
      .toMatch(/^(rejected: server: its turn has not come within 400 ms: .+\n?){2}$/)
    expect(all[0]?.reports.at(-1)).toMatchObject({
      outcome: 'rejected',
      error: {
        code: 'TIMED_OUT',
        retryable: true,
        hint: expect.stringContaining('the old config goes on') as string,
      },
    })
    expect(track.applied).toEqual([])
    expect(served(all)).toEqual({ '1': 2 })
    await server.start()
    await allInSync(all)
    expect(served(all)).toEqual({ '2': 2 })
    expect(track.most).toBe(1)
  })

  it('ends what is under way before another one may begin', async () => {
    const server = await apiServer()
    const track = new Track()
    const one = await replica(server, track, 'shop-0', { rollback: true })
    track.act = async (stage, _pod, value, signal) => {
      if (stage !== 'verify' || value !== '2') return
      // From here on, the network is down for this one.
      server.access.grant('shop-0', [])
      await pause(60_000, undefined, { signal })
    }
    await publish([one], '2')
    await expect.poll(() => last(one), patiently).toMatch(/ended, as another replica may go on/)
    expect(one.serves()).toBe('1')
  })

  it('refuses with the rule that is missing', async () => {
    const server = await apiServer()
    const track = new Track()
    const one = await replica(server, track, 'shop-0', { client: await clientOf(server, 'nobody', []) })
    await publish([one], '2')
    await expect
      .poll(() => one.reports.at(-1), patiently)
      .toMatchObject({
        outcome: 'rejected',
        error: { code: 'TARGET_FORBIDDEN', hint: expect.stringContaining('resources: ["leases"]') as string },
      })
    expect(track.applied).toEqual([])
  })
})

describe('the baton', () => {
  it('is not needed at the start', async () => {
    const server = await apiServer()
    const track = new Track()
    await server.stop()
    const one = await replica(server, track, 'shop-0', { loop: { initial: true, timeout: '20s' } })
    await one.loop.inSync()
    expect(track.applied).toEqual(['shop-0 1'])
  })

  it('is given back when nothing came of it', async () => {
    const server = await apiServer()
    const track = new Track()
    const client = await clientOf(server, 'other', rules)
    const held = await acquireLease(client, { name: 'shop-config', identity: 'other' })
    const one = await replica(server, track, 'shop-0')
    await publish([one], '2')
    await expect.poll(() => server.counts.of('get leases'), patiently).toBeGreaterThan(2)
    await publish([one], '1')
    await held.release()
    await one.loop.inSync()
    expect(track.applied).toEqual([])
    const next = await acquireLease(client, { name: 'shop-config', identity: 'next', retry: 100 })
    await next.release()
  })

  it('is given back when a check that comes after refuses', async () => {
    const server = await apiServer()
    const client = await clientOf(server, 'shop-0', rules)
    const { volume, mount } = await mounted({ a: '1' })
    const picky = {
      name: 'picky',
      check: () => Promise.reject(new Error('no')),
      apply: () => undefined,
    }
    const both = chain(
      oneAtATime(() => undefined, { lease: 'shop-config', client }),
      picky,
    )
    const loop = reload(mount, both)
    onTestFinished(() => loop.close())
    await volume.swap({ a: '2' })
    const holder = (): unknown => server.store.find('leases', 'default', 'shop-config')?.['spec']
    await expect
      .poll(holder, patiently)
      .toMatchObject({ holderIdentity: expect.stringMatching(/./) as string })
    await expect.poll(holder, patiently).toMatchObject({ holderIdentity: '' })
    expect(loop.status.state).toBe('rejected')
  })

  it('takes what somebody wrote into the annotation for nothing', async () => {
    const server = await apiServer()
    const track = new Track()
    server.store.create('leases', {
      metadata: { name: 'shop-config', namespace: 'default', annotations: { 'hotmount.dev/tried': '{"x":' } },
    })
    const one = await replica(server, track, 'shop-0')
    await publish([one], '2')
    await one.loop.inSync()
    expect(triedOn(server)).toHaveLength(1)
  })

  it.each<[object, RegExp]>([
    [{ lease: '' }, /"" is no name of a Lease/],
    [{ lease: 'Shop Config' }, /is no name of a Lease/],
    [{ lease: 'a', canary: 1 }, /canary/],
  ])('refuses %j', (options, message) => {
    expect(() => oneAtATime(() => undefined, options as { lease: string })).toThrow(message)
  })

  it('goes back from what is in doubt, also when its turn does not come again', async () => {
    const server = await apiServer()
    const { volume, mount } = await mounted({ a: '1' })
    let [runs, isFirst] = ['1', true]
    const inner: Reaction = {
      name: 'server',
      apply: ({ snapshot }) => {
        runs = snapshot.text('a')
        throw new Error('half done')
      },
      rollback: (good) => {
        if (isFirst) throw new Error('not now')
        runs = good.text('a')
      },
    }
    const other = await clientOf(server, 'other', rules)
    const slow: Reaction = {
      name: 'slow',
      check: async (_, { attempt, signal }) => {
        // Takes so long that somebody else has the Lease by then.
        if (attempt > 1)
          await acquireLease(other, { name: 'shop-config', identity: 'other', retry: 100, signal })
        isFirst = attempt === 1
      },
      apply: () => undefined,
    }
    const client = await clientOf(server, 'shop-0', rules)
    const inTurn = oneAtATime(inner, {
      lease: 'shop-config',
      client,
      pod: 'shop-0',
      wait: '300ms',
      retry: 50,
    })
    const loop = reload(mount, chain(inTurn, slow), {
      timeout: '20s',
      retry: { attempts: 2, min: 50, max: 200 },
    })
    onTestFinished(() => loop.close())
    const outcomes: string[] = []
    loop.on('report', ({ outcome }) => outcomes.push(outcome))
    await volume.swap({ a: '2' })
    await expect.poll(() => outcomes, patiently).toEqual(['failed', 'rolledBack'])
    expect(runs).toBe('1')
  }, 30_000)
})
