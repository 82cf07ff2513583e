import { reload } from '@hotmount/core'
import { expect, it, vi } from 'vitest'
import { rig } from '../../support/loop-rig.js'
import { mounted } from '../../support/mounted.js'
import { nextReport } from '../../support/next-report.js'
import { recorder } from '../../support/recorder.js'

it('names the reaction and the content, mounted and applied', async () => {
  const reaction = recorder()
  const { loop, set } = await rig(reaction)
  const before = loop.status
  expect(before).toMatchObject({ reaction: 'recorder', appliedGeneration: 1, outOfSyncSince: undefined })
  expect(before.desiredDigest).toBe(before.appliedDigest)
  reaction.behave.check = () => Promise.reject(new Error('no'))
  await set('2')
  await vi.waitFor(() => expect(loop.status.state).toBe('rejected'))
  expect(loop.status.appliedDigest).toBe(before.appliedDigest)
  expect(loop.status.desiredDigest).not.toBe(before.appliedDigest)
  delete reaction.behave.check
  await set('3')
  await vi.waitFor(() => expect(loop.status).toMatchObject({ state: 'inSync', appliedGeneration: 3 }))
  expect(loop.status.appliedDigest).toBe(loop.status.lastReport?.digest)
})

it('is out of sync since the first revision that was not applied, until one is', async () => {
  const reaction = recorder()
  const { clock, loop, set } = await rig(reaction, { retry: { min: '1h', max: '1h' } })
  reaction.behave.apply = () => Promise.reject(new Error('no'))
  const since = clock.now()
  await set('2')
  await vi.waitFor(() => expect(loop.status.state).toBe('dirty'))
  await clock.advance(60_000)
  await set('3')
  expect(loop.status.outOfSyncSince?.getTime()).toBe(since)
  delete reaction.behave.apply
  await set('4')
  await vi.waitFor(() => expect(loop.status.state).toBe('inSync'))
  expect(loop.status.outOfSyncSince).toBeUndefined()
})

it('is in doubt from the first failure until something is proven, also while it tries again', async () => {
  const reaction = recorder()
  const { clock, loop, set } = await rig(reaction, { retry: { min: '1m', max: '1m' } })
  expect(loop.status.inDoubtSince).toBeUndefined()
  reaction.behave.apply = () => Promise.reject(new Error('no'))
  const since = clock.now()
  await set('2')
  await vi.waitFor(() => expect(loop.status.state).toBe('dirty'))
  reaction.behave.apply = async () => {
    await clock.sleep(5000)
    throw new Error('no')
  }
  await clock.advance(60_000)
  expect(loop.status).toMatchObject({ state: 'running', inDoubtSince: new Date(since) })
  reaction.behave.check = () => Promise.reject(new Error('no'))
  await set('3')
  await clock.advance(5000)
  await vi.waitFor(() => expect(loop.status.state).toBe('dirty'))
  expect(loop.status.inDoubtSince).toEqual(new Date(since))
  delete reaction.behave.check
  delete reaction.behave.apply
  await set('4')
  await vi.waitFor(() => expect(loop.status.state).toBe('inSync'))
  expect(loop.status.inDoubtSince).toBeUndefined()
})

it('is in sync before anybody hears that nothing was to be done', async () => {
  const { loop, set } = await rig({ ...recorder(), wants: () => false })
  const states: string[] = []
  loop.on('report', () => states.push(loop.status.state))
  await set('2')
  await vi.waitFor(() => expect(states).toEqual(['inSync']))
})

it('tells how long each stage took, also of a failure and of the way back', async () => {
  const reaction = recorder({ rollback: true })
  const { clock, loop, set } = await rig(reaction)
  const takes = (ms: number, then?: Error) => async (): Promise<void> => {
    await clock.sleep(ms)
    if (then) throw then
  }
  Object.assign(reaction.behave, { check: takes(10), apply: takes(200), verify: takes(3000) })
  const good = nextReport(loop)
  await set('2')
  for (const ms of [10, 200, 3000]) await clock.advance(ms)
  expect(await good).toMatchObject({
    outcome: 'applied',
    durationMs: 3210,
    stages: { check: 10, apply: 200, verify: 3000 },
  })
  let isBack = false
  Object.assign(reaction.behave, {
    check: takes(0),
    apply: takes(20),
    verify: () => (isBack ? takes(7)() : takes(5, new Error('no'))()),
    rollback: async () => {
      isBack = true
      await clock.sleep(400)
    },
  })
  const back = nextReport(loop)
  await set('3')
  for (const ms of [20, 5, 400, 7]) await clock.advance(ms)
  expect(await back).toMatchObject({ outcome: 'rolledBack', stages: { apply: 20, verify: 5, rollback: 407 } })
})

it('tells nothing of a stage that there is not', async () => {
  const { loop, set } = await rig(() => undefined)
  const told = nextReport(loop)
  await set('2')
  expect(Object.keys((await told).stages)).toEqual(['apply'])
})

it('has a signal that aborts when the loop ends', async () => {
  const { loop } = await rig(recorder())
  expect(loop.signal.aborted).toBe(false)
  await loop.close()
  expect(loop.signal.aborted).toBe(true)
})

it('is not in sync for a listener of the mount that hears of the change before the loop does', async () => {
  const { volume, mount } = await mounted({ a: '1' })
  const seen: string[] = []
  mount.on('change', () => {
    void loop.inSync().then(({ outcome, revision }) => seen.push(outcome, revision))
  })
  const loop = reload(mount, () => undefined)
  await loop.inSync()
  await volume.swap({ a: '2' })
  const { revision } = await mount.resync()
  await vi.waitFor(() => expect(seen).toEqual(['applied', revision]))
})

it('is in sync from the start with other bytes of the same content', async () => {
  const { mount } = await mounted({ a: '1' })
  const { mount: other } = await mounted({ a: '1' })
  const loop = reload(mount, () => undefined, { applied: other.snapshot })
  expect(await loop.inSync()).toMatchObject({ outcome: 'skipped', reason: 'unchanged' })
})
