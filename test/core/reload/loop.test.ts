import { HotmountError, reload } from '@hotmount/core'
import { describe, expect, test } from 'vitest'
import { rig } from '../../support/loop-rig.js'
import { mounted } from '../../support/mounted.js'
import { recorder } from '../../support/recorder.js'

const refuse =
  (retryable = false) =>
  (): never => {
    throw new (class extends HotmountError {
      constructor() {
        super('Refusal', 'CHECK_FAILED', 'refused', { retryable })
      }
    })()
  }
const fail = (): never => {
  throw new Error('no')
}

describe('the way of a change', () => {
  test('what is mounted at start is taken as applied', async () => {
    const reaction = recorder()
    const { loop } = await rig(reaction)
    expect(await loop.inSync()).toMatchObject({ outcome: 'skipped', reason: 'unchanged' })
    expect(reaction.log).toEqual([])
  })

  test('initial applies what is mounted at start, as added keys', async () => {
    const reaction = recorder()
    const { loop } = await rig(reaction, { initial: true })
    expect(loop.status).toMatchObject({ state: 'pending', applied: undefined })
    expect(await loop.inSync()).toMatchObject({
      outcome: 'applied',
      evidence: 'saw 1 characters',
      attempt: 1,
    })
    expect(reaction.log).toEqual(['check 1', 'apply 1', 'verify 1'])
    expect(reaction.changes[0]?.added).toEqual(['a'])
  })

  test('what already runs may be older than what is mounted', async () => {
    const reaction = recorder()
    const { volume, mount } = await mounted({ a: '1' })
    const used = mount.snapshot
    await volume.swap({ a: '2' })
    await mount.resync()
    const loop = reload(mount, reaction, { applied: used })
    expect(loop.status).toMatchObject({ state: 'pending', applied: used.revision })
    await loop.inSync()
    expect(reaction.changes[0]).toMatchObject({ changed: ['a'], previous: used })
    expect(JSON.parse(JSON.stringify(loop))).toMatchObject({ state: 'inSync' })
  })

  test('a change is checked, applied and verified', async () => {
    const reaction = recorder()
    const { loop, set } = await rig(reaction)
    const states: string[] = []
    reaction.behave.apply = () => states.push(loop.status.state)
    await set('2')
    const report = await loop.inSync()
    expect(reaction.log).toEqual(['check 2', 'apply 2', 'verify 2'])
    expect(states).toEqual(['running'])
    expect(report).toMatchObject({ outcome: 'applied', reaction: 'recorder', revision: loop.status.applied })
    expect(loop.status).toMatchObject({ state: 'inSync', desired: report.revision, lastReport: report })
  })

  test('latest wins: three swaps during one apply are one more change, from what was applied to now', async () => {
    const reaction = recorder()
    const { loop, set } = await rig(reaction)
    let finish!: () => void
    reaction.behave.apply = () => new Promise<void>((resolve) => (finish = resolve))
    await set('2')
    await expect.poll(() => reaction.log).toContain('apply 2')
    delete reaction.behave.apply
    for (const a of ['3', '4', '5']) await set(a)
    expect(reaction.log).toEqual(['check 2', 'apply 2'])
    finish()
    await loop.inSync()
    expect(reaction.log.slice(2)).toEqual(['verify 2', 'check 5', 'apply 5', 'verify 5'])
    expect(reaction.changes[1]?.previous.text('a')).toBe('2')
  })

  test('a revision that is superseded during its check is not applied', async () => {
    const reaction = recorder()
    const { loop, set, told } = await rig(reaction)
    let finish!: () => void
    reaction.behave.check = () => new Promise<void>((resolve) => (finish = resolve))
    await set('2')
    await expect.poll(() => reaction.log).toEqual(['check 2'])
    delete reaction.behave.check
    await set('3')
    finish()
    await loop.inSync()
    expect(told).toEqual(['skipped superseded', 'applied'])
    expect(reaction.log).toEqual(['check 2', 'check 3', 'apply 3', 'verify 3'])
  })

  test('there and back again before it was applied is nothing', async () => {
    const reaction = recorder()
    const { loop, clock, set, told } = await rig(reaction, { gate: () => clock.now() > 0 })
    await set('2')
    await expect.poll(() => told).toEqual(['skipped gate'])
    await set('1')
    await expect.poll(() => told).toEqual(['skipped gate', 'skipped unchanged'])
    expect(loop.status.state).toBe('inSync')
    expect(reaction.log).toEqual([])
  })

  test('a bare function is a reaction, named after itself', async () => {
    const seen: string[] = []
    const { loop, set } = await rig(function takeIt({ snapshot }) {
      seen.push(snapshot.text('a'))
    })
    await set('2')
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied', reaction: 'takeIt' })
    expect(seen).toEqual(['2'])
  })
})

describe('a refused check', () => {
  test('waits for a new revision', async () => {
    const reaction = recorder()
    const { loop, clock, set, told } = await rig(reaction)
    reaction.behave.check = refuse()
    await set('2')
    await expect.poll(() => told).toEqual(['rejected CHECK_FAILED'])
    expect(loop.status.state).toBe('rejected')
    await clock.advance(3_600_000)
    expect(reaction.log).toEqual(['check 2'])
    delete reaction.behave.check
    await set('3')
    await loop.inSync()
    expect(reaction.log).toEqual(['check 2', 'check 3', 'apply 3', 'verify 3'])
  })

  test('is in sync again when the author goes back to what is applied', async () => {
    const reaction = recorder()
    const { loop, set, told } = await rig(reaction)
    reaction.behave.check = refuse()
    await set('2')
    await expect.poll(() => loop.status.state).toBe('rejected')
    await set('1')
    await loop.inSync()
    expect(told).toEqual(['rejected CHECK_FAILED', 'skipped unchanged'])
    expect(reaction.log).toEqual(['check 2'])
  })

  test('is tried again, slowly, when its error says that this can help', async () => {
    const reaction = recorder()
    const { loop, clock, set } = await rig(reaction)
    reaction.behave.check = refuse(true)
    await set('2')
    await expect.poll(() => loop.status.state).toBe('rejected')
    expect(loop.status.lastReport).toHaveProperty('retryInMs')
    delete reaction.behave.check
    await clock.advance(2000)
    await loop.inSync()
    expect(reaction.log).toEqual(['check 2', 'check 2', 'apply 2', 'verify 2'])
  })
})

describe('in doubt', () => {
  test.each(['apply', 'verify'] as const)(
    'a failed %s is tried again with backoff until it holds',
    async (stage) => {
      const reaction = recorder()
      const { loop, clock, set } = await rig(reaction, { retry: { min: '1s', max: '4s' } })
      reaction.behave[stage] = fail
      await set('2')
      await expect.poll(() => loop.status.state).toBe('dirty')
      expect(loop.status.lastReport).toMatchObject({ outcome: 'failed', stage, attempt: 1 })
      await clock.advance(4000)
      expect(loop.status.lastReport?.attempt).toBeGreaterThan(1)
      delete reaction.behave[stage]
      await clock.advance(4000)
      expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
    },
  )

  test('even the previous revision is applied again', async () => {
    const reaction = recorder()
    const { loop, set } = await rig(reaction, { retry: false })
    reaction.behave.verify = fail
    await set('2')
    await expect.poll(() => loop.status.state).toBe('dirty')
    delete reaction.behave.verify
    await set('1')
    await loop.inSync()
    expect(reaction.log.slice(-3)).toEqual(['check 1', 'apply 1', 'verify 1'])
    expect(reaction.changes.at(-1)?.changed).toEqual(['a'])
  })

  test('retry: false and used-up attempts wait for a new revision', async () => {
    const reaction = recorder()
    const { loop, clock, set, told } = await rig(reaction, { retry: { attempts: 2, min: 1000, max: 1000 } })
    reaction.behave.apply = fail
    await set('2')
    await expect.poll(() => loop.status.state).toBe('dirty')
    await clock.advance(3_600_000)
    expect(told).toEqual(['failed APPLY_FAILED', 'failed APPLY_FAILED'])
    expect(loop.status.lastReport).not.toHaveProperty('retryInMs')
  })

  test('a rollback goes back to the last revision that verified, and proves it', async () => {
    const reaction = recorder({ rollback: true })
    const { loop, clock, set, told } = await rig(reaction)
    let times = 0
    reaction.behave.verify = () => {
      if (times++ === 0) fail()
    }
    await set('2')
    await expect.poll(() => told).toEqual(['rolledBack VERIFY_FAILED'])
    expect(reaction.log).toEqual(['check 2', 'apply 2', 'verify 2', 'rollback 1', 'verify 1'])
    expect(loop.status.state).toBe('rejected')
    await clock.advance(3_600_000)
    expect(told).toHaveLength(1)
    await set('3')
    await loop.inSync()
    expect(reaction.changes.at(-1)?.previous.text('a')).toBe('1')
  })

  test('a rollback that fails leaves it dirty, and is told as such', async () => {
    const reaction = recorder({ rollback: true })
    const { loop, clock, set, told } = await rig(reaction, { retry: { min: 1000, max: 1000 } })
    reaction.behave.verify = fail
    await set('2')
    await expect.poll(() => told).toEqual(['failed ROLLBACK_FAILED'])
    expect(loop.status.state).toBe('dirty')
    delete reaction.behave.verify
    await clock.advance(1000)
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
  })
})
