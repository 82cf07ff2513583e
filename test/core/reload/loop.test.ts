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

  test('a reaction whose `wants` throws is asked to apply, and the loop goes on', async () => {
    const reaction = { ...recorder(), wants: fail }
    const { loop, set } = await rig(reaction)
    await set('2')
    await set('3')
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
    expect(reaction.log.filter((line) => line.startsWith('apply'))).toEqual(['apply 2', 'apply 3'])
  })

  test('two readers of the reports do not take them from each other', async () => {
    const { loop, set } = await rig(recorder())
    const readers = [loop[Symbol.asyncIterator](), loop[Symbol.asyncIterator]()]
    for (const a of ['2', '3']) {
      const reads = readers.map((reader) => reader.next())
      await set(a)
      const outcomes = (await Promise.all(reads)).map(({ value }) => (value as { outcome: string }).outcome)
      expect(outcomes).toEqual(['applied', 'applied'])
    }
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
