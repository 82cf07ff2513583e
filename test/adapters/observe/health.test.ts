import { reload, type Mount, type MountHealth } from '@hotmount/core'
import { fakeClock } from '@hotmount/core/testing'
import { health, type Verdict } from '@hotmount/adapters/observe'
import { expect, it, vi } from 'vitest'
import { healthAt } from '../../../packages/adapters/src/observe/health.js'
import { mounted } from '../../support/mounted.js'
import { nextReport } from '../../support/next-report.js'
import { recorder } from '../../support/recorder.js'
import { scene } from './observing.js'

const bad = ({ ok, findings }: Verdict): string => {
  expect(ok).toBe(findings.every((finding) => finding.ok))
  return findings
    .filter((finding) => !finding.ok)
    .map(({ text }) => text)
    .join('\n')
}

/** The same mount, which says something else of its health. */
const saying = (mount: Mount, said: Partial<MountHealth>): Mount =>
  new Proxy(mount, {
    get: (target, name) => {
      const real: unknown = Reflect.get(target, name, target)
      if (name === 'health') return { ...target.health, ...said }
      return typeof real === 'function' ? (real.bind(target) as unknown) : real
    },
  })

it('is live and ready while all is well, and says why', async () => {
  const { mount, loop } = await scene(recorder())
  const { live, ready } = health(mount, loop)
  expect(live()).toMatchObject({ ok: true })
  expect(ready()).toMatchObject({ ok: true })
  expect(live().findings.map(({ text }) => text)).toEqual([
    expect.stringMatching(/^mount .*: told by file events; looked .* ago and should every 30 s$/),
    'reaction recorder: its loop is alive (in sync)',
  ])
  expect(ready().findings[0]?.text).toBe(
    `reaction recorder: ${mount.snapshot.revision} is applied and verified`,
  )
})

it('is not live once the resync has stopped, three ticks late', async () => {
  const { mount } = await mounted({ a: '1' }, { resync: '10s' })
  const late = (ms: number): Mount => saying(mount, { lastCheckAt: new Date(Date.now() - ms) })
  expect(bad(health(late(29_000)).live())).toBe('')
  expect(bad(health(late(31_000)).live())).toMatch(
    /the resync has stopped: looked 31 s ago and should every 10 s/,
  )
  expect(bad(health(saying(late(31_000), { resyncMs: undefined })).live())).toBe('')
})

it('is live again and again while nothing changes, as the resync goes on', async () => {
  const { mount } = await mounted({ a: '1' }, { resync: '20ms' })
  const before = mount.health.lastCheckAt.getTime()
  await vi.waitFor(() => expect(mount.health.lastCheckAt.getTime()).toBeGreaterThan(before + 100))
  expect(mount.health.resyncMs).toBe(20)
})

it('is not live with a dead watch, a detached or a closed mount, or a closed loop', async () => {
  const { volume, mount, loop } = await scene(recorder())
  expect(bad(health(saying(mount, { deaf: true }), loop).live())).toMatch(/watch has died/)
  await volume.detach()
  await mount.resync()
  expect(bad(health(mount, loop).live())).toMatch(/detached: .* so restart it/)
  await loop.close()
  expect(bad(health(mount, loop).live())).toMatch(/reaction recorder: its loop has ended/)
  await mount.close()
  expect(bad(health(mount).live())).toMatch(/closed$/)
})

it('is not live when a stage ignores for a minute that its time is over, and is again when it ends', async () => {
  const { volume, mount } = await mounted({ a: '1' })
  const clock = fakeClock(Date.now())
  let end: (() => void) | undefined
  const stuck = new Promise<void>((resolve) => {
    end = resolve
  })
  const loop = reload(mount, { name: 'stuck', apply: () => stuck }, { clock, timeout: '5s' })
  const judge = healthAt({ name: 'web', mount: saying(mount, { resyncMs: undefined }), loops: [loop] }, clock)
  await volume.swap({ a: '2' })
  await mount.resync()
  await clock.advance(5000)
  expect(loop.status).toMatchObject({ state: 'dirty', lastReport: { error: { code: 'TIMED_OUT' } } })
  expect(loop.status.blockedSince?.getTime()).toBe(clock.now())
  expect(bad(judge.live())).toBe('')
  await clock.advance(61_000)
  expect(bad(judge.live())).toMatch(/stuck: a stage ignores for 1 min 1 s that its time is over/)
  end?.()
  await vi.waitFor(() => expect(loop.status.blockedSince).toBeUndefined())
  expect(bad(judge.live())).toBe('')
})

it('is not ready while what is mounted is not applied, longer than may be', async () => {
  const { volume, mount } = await mounted({ a: '1' })
  const clock = fakeClock(Date.now())
  const reaction = recorder()
  const loop = reload(mount, reaction, { clock })
  const judge = healthAt({ name: 'web', mount, loops: [loop] }, clock)
  reaction.behave.check = () => Promise.reject(new Error('no'))
  const told = nextReport(loop)
  await volume.swap({ a: '2' })
  await mount.resync()
  await clock.advance(0)
  await told
  const since = loop.status.outOfSyncSince
  await clock.advance(59_000)
  expect(bad(judge.ready())).toMatch(
    /recorder: rejected for 59 s: \.\.\S+ is mounted, \.\.\S+ is applied: recorder: check of/,
  )
  expect(bad(judge.ready({ stale: '1m' }))).toBe('')
  await clock.advance(2000)
  expect(bad(judge.ready({ stale: '1m' }))).toMatch(/rejected for 1 min 1 s/)
  // Another refused revision is no news: it has been out of sync all the time.
  await volume.swap({ a: '3' })
  await mount.resync()
  await clock.advance(0)
  expect(loop.status.outOfSyncSince).toEqual(since)
  // Back to what runs: in sync, without any apply.
  await volume.swap({ a: '1' })
  await mount.resync()
  await clock.advance(0)
  expect(bad(judge.ready())).toBe('')
  expect(loop.status.outOfSyncSince).toBeUndefined()
})

it('is never ready before the first apply', async () => {
  const reaction = recorder()
  reaction.behave.apply = () => new Promise<never>(() => undefined)
  const { mount, loop } = await scene(reaction, { initial: true })
  expect(bad(health(mount, loop).ready({ stale: '1h' }))).toMatch(/nothing is applied yet/)
})

it('refuses a stale that is no duration', async () => {
  const { mount } = await mounted({ a: '1' })
  expect(() => health(mount).ready({ stale: '5 minutes' as '5m' })).toThrow(/stale/)
})

it('is not ready while what is mounted cannot be seen, nor when its loop has ended', async () => {
  const { volume, mount, loop } = await scene(recorder())
  mount.on('error', () => undefined)
  await volume.swap({})
  await mount.resync()
  expect(mount.health.troubles.map(({ code }) => code)).toEqual(['MOUNT_EMPTIED'])
  await vi.waitFor(() =>
    expect(bad(health(mount, loop).ready())).toMatch(/in trouble for .*: every key of .* vanished/),
  )
  expect(bad(health(mount, loop).ready({ stale: '1h' }))).toBe('')
  await volume.swap({ a: '2' })
  await mount.resync()
  await loop.inSync()
  expect(bad(health(mount, loop).ready())).toBe('')
  expect(mount.health).toMatchObject({ troubles: [], troubledSince: undefined })
  await loop.close()
  expect(bad(health(mount, loop).ready({ stale: '1h' }))).toMatch(/its loop has ended/)
})
