import { stage } from '@hotmount/adapters/stage'
import { chain, type Change, type Reaction, reload, type Snapshot } from '@hotmount/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Disk } from '../../../packages/adapters/src/stage/disk.js'
import { stageOn } from '../../../packages/adapters/src/stage/stage.js'
import { diff } from '../../../packages/core/src/mount/change.js'
import { mounted } from '../../support/mounted.js'
import { contextOf, snapshotOf } from '../process/changes.js'
import { emptyInto, staged } from './staged.js'

const changeFrom = (previous: Snapshot, data: Readonly<Record<string, string>>): Change => {
  const change = diff(previous, snapshotOf(data, 'next'))
  if (!change) throw new Error('both are the same')
  return change
}

describe('stage, when what follows is in doubt', () => {
  it('puts right what is in doubt, although what follows sees no other value on the way back', async () => {
    let [runs, isDown] = ['one', true]
    const follower: Reaction = {
      name: 'by value',
      wants: ({ snapshot, previous }) => snapshot.text('a') !== previous.text('a'),
      apply: ({ snapshot }) => {
        if (isDown && snapshot.text('a') === 'one') throw new Error('down')
        runs = snapshot.text('a')
        if (isDown) throw new Error('half done')
      },
    }
    const { swap, loop } = await staged(
      stage({ into: emptyInto() }, follower),
      { a: 'one' },
      { retry: false },
    )
    expect(await swap({ a: 'two' })).toMatchObject({ error: { code: 'ROLLBACK_FAILED' } })
    expect([loop.status.state, runs]).toEqual(['dirty', 'two'])
    isDown = false
    await swap({ a: 'one' })
    await loop.inSync({ signal: AbortSignal.timeout(10_000) })
    expect(runs).toBe('one')
  })

  it('tells what follows of the way back when an earlier revision left it in doubt', async () => {
    let [runs, isDown] = ['one', true]
    const follower: Reaction = {
      name: 'server',
      check: (snapshot) => {
        if (snapshot.text('a') === 'bad') throw new Error('refused')
      },
      apply: ({ snapshot }) => {
        if (isDown && snapshot.text('a') === 'one') throw new Error('down')
        runs = snapshot.text('a')
        if (isDown) throw new Error('half done')
      },
    }
    const { swap } = await staged(stage({ into: emptyInto() }, follower), { a: 'one' }, { retry: false })
    expect(await swap({ a: 'two' })).toMatchObject({ error: { code: 'ROLLBACK_FAILED' } })
    isDown = false
    expect(await swap({ a: 'bad' })).toMatchObject({ outcome: 'rolledBack' })
    expect(runs).toBe('one')
  })

  it('puts right what it has proven when a later member of its chain failed', async () => {
    let [runs, isDown] = ['one', true]
    const follower: Reaction = {
      name: 'by value',
      wants: ({ snapshot, previous }) => snapshot.text('a') !== previous.text('a'),
      apply: ({ snapshot }) => void (runs = snapshot.text('a')),
    }
    const fail = (): void => {
      if (isDown) throw new Error('down')
    }
    const later: Reaction = { name: 'later', apply: fail, rollback: fail }
    const staging = stage({ into: emptyInto() }, follower)
    const { volume, mount } = await mounted({ a: 'one' })
    const { applied } = await staging.bringUp(mount.snapshot)
    const loop = reload(mount, chain(staging, later), { retry: false, applied })
    onTestFinished(() => loop.close())
    await volume.swap({ a: 'two' })
    await expect.poll(() => loop.status.lastReport).toMatchObject({ error: { code: 'ROLLBACK_FAILED' } })
    expect([loop.status.state, runs]).toEqual(['dirty', 'two'])
    isDown = false
    await volume.swap({ a: 'one' })
    await mount.resync()
    await loop.inSync({ signal: AbortSignal.timeout(10_000) })
    expect(runs).toBe('one')
  })

  it('leaves in doubt what was proven only after its time was over', async () => {
    const time = new AbortController()
    let isLate = false
    const disk = new Disk((step, at) => {
      if (isLate && step === 'rename' && at.endsWith('..verified')) time.abort()
    })
    const runs: string[] = []
    const follower: Reaction = {
      name: 'by value',
      wants: ({ snapshot, previous }) => snapshot.text('a') !== previous.text('a'),
      apply: ({ snapshot }) => void runs.push(snapshot.text('a')),
    }
    const staging = stageOn(disk, { into: emptyInto() }, follower)
    const { applied } = await staging.bringUp(snapshotOf({ a: 'one' }))
    const bring = async (change: Change, signal?: AbortSignal): Promise<void> => {
      const context = contextOf(change, signal)
      await staging.check?.(change.snapshot, context)
      const receipt = await staging.apply(change, context)
      isLate = signal !== undefined
      await staging.verify?.(receipt, context)
    }
    await bring(changeFrom(applied, { a: 'two' }), time.signal)
    isLate = false
    // What the loop makes of it: in doubt since `one`, so its keys count as changed.
    await bring({ ...changeFrom(applied, { a: 'one', b: '1' }), changed: ['a'] })
    expect(runs).toEqual(['two', 'one'])
  })
})
