import { reload } from '@hotmount/core'
import { describe, expect, test } from 'vitest'
import { rig } from '../../support/loop-rig.js'
import { mounted } from '../../support/mounted.js'
import { recorder } from '../../support/recorder.js'

const fail = (): never => {
  throw new Error('no')
}

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

  test('a reaction that compares values is not asked whether it wants what it has begun', async () => {
    let runs = '1'
    let isBroken = true
    const { loop, set } = await rig(
      {
        name: 'by value',
        wants: ({ snapshot, previous }) => snapshot.text('a') !== previous.text('a'),
        apply: ({ snapshot }) => {
          runs = snapshot.text('a')
          if (isBroken) throw new Error('half done')
        },
      },
      { retry: false },
    )
    await set('2')
    await expect.poll(() => loop.status.state).toBe('dirty')
    isBroken = false
    await set('1')
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
    expect(runs).toBe('1')
  })

  test('keys of a first apply that failed are taken back when they have gone', async () => {
    const world = new Set<string>()
    let isBroken = true
    const { volume, mount } = await mounted({ a: '1', b: '1' })
    const loop = reload(
      mount,
      function keep({ added, changed, removed }) {
        for (const key of [...added, ...changed]) world.add(key)
        for (const key of removed) world.delete(key)
        if (isBroken) throw new Error('half done')
      },
      { initial: true, retry: false },
    )
    await expect.poll(() => loop.status.state).toBe('dirty')
    isBroken = false
    await volume.swap({ b: '1' })
    await mount.resync()
    await loop.inSync()
    expect([...world]).toEqual(['b'])
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

  test('an apply that was rolled back is tried again when its error says that this can help', async () => {
    const reaction = recorder({ rollback: true })
    const { loop, clock, set, told } = await rig(reaction, { retry: { min: 1000, max: 1000 } })
    reaction.behave.apply = fail
    await set('2')
    await expect.poll(() => told).toEqual(['rolledBack APPLY_FAILED'])
    expect(loop.status.lastReport).toMatchObject({ retryInMs: 1000 })
    delete reaction.behave.apply
    await clock.advance(1000)
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied', attempt: 2 })
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
