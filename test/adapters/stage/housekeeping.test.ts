import { readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { defineReaction } from '@hotmount/core'
import { describe, expect, it } from 'vitest'
import { Disk, type DiskStep } from '../../../packages/adapters/src/stage/disk.js'
import { stageOn } from '../../../packages/adapters/src/stage/stage.js'
import { snapshotOf } from '../process/changes.js'
import { readingServer } from './reading-server.js'
import { emptyInto, listing, proven, shown, staged } from './staged.js'

const refusal = (): Error => Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'rm' })
/** A disk that refuses a step while it is told to. */
const stubborn = (refuses: (step: DiskStep, path: string) => boolean) => {
  const state = { isStubborn: false }
  const disk = new Disk((step, at) => {
    if (state.isStubborn && refuses(step, at)) throw refusal()
  })
  return { disk, state }
}
const undeletable = () => stubborn((step) => step === 'remove')
const stuck = () =>
  stubborn((step, at) => step === 'remove' || (step === 'rename' && path.basename(at).startsWith('..gone_')))
const revisions = (into: string): number => listing(into).filter((name) => name === 'R').length
const leftovers = (into: string): number =>
  readdirSync(into).filter((name) => name.startsWith('..gone_')).length
const isOld = (step: DiskStep, at: string): boolean => step === 'remove' && /\.\.(gone_)?\d{4}/.test(at)

describe('stage, when something cannot be removed', () => {
  it.each([0, 1])('proves revisions all the same, and removes it later (keep: %i)', async (keep) => {
    const into = emptyInto()
    const server = readingServer(into)
    const { disk, state } = stubborn(isOld)
    const { swap, reports } = await staged(stageOn(disk, { into, keep }, server.reaction), { a: '1' })
    await swap({ a: '2' })
    state.isStubborn = true
    for (const a of ['3', '4']) expect(await swap({ a })).toMatchObject({ outcome: 'applied' })
    expect([server.runs, shown(into), proven(into)]).toEqual(['4', { a: '4' }, { a: '4' }])
    expect([revisions(into), leftovers(into), reports.length]).toEqual([keep + 1, 2, 4])
    expect(await swap({ a: 'bad' })).toMatchObject({ outcome: 'rolledBack' })
    expect([server.runs, shown(into), proven(into)]).toEqual(['4', { a: '4' }, { a: '4' }])
    state.isStubborn = false
    await swap({ a: '5' })
    expect([revisions(into), leftovers(into), shown(into)]).toEqual([keep + 1, 0, { a: '5' }])
  })

  it('leaves a revision whole where it cannot even be renamed', async () => {
    const into = emptyInto()
    const { disk, state } = stubborn(
      (step, at) => isOld(step, at) || (step === 'rename' && at.includes('..gone_')),
    )
    const { swap } = await staged(stageOn(disk, { into, keep: 0 }, undefined), { a: '1', b: '1' })
    const old = readlinkSync(path.join(into, '..data'))
    state.isStubborn = true
    expect(await swap({ a: '2' })).toMatchObject({ outcome: 'applied' })
    expect(readdirSync(path.join(into, old)).toSorted()).toEqual(['a', 'b'])
  })

  it.each([
    ['removed', undeletable],
    ['removed or renamed', stuck],
  ])('starts where what an earlier life left cannot be %s', async (_, make) => {
    const into = emptyInto()
    const first = stubborn(isOld)
    const { swap, loop } = await staged(stageOn(first.disk, { into, keep: 0 }, undefined), { a: '1' })
    first.state.isStubborn = true
    await swap({ a: '2' })
    await loop.close()
    const { disk, state } = make()
    state.isStubborn = true
    const up = await stageOn(disk, { into }, undefined).bringUp(snapshotOf({ a: '3' }))
    expect([up.isLatest, shown(into)]).toEqual([false, { a: '2' }])
  })

  it('removes the candidate whose proof could not be marked', async () => {
    const into = emptyInto()
    const { disk, state } = stubborn((step, at) => step === 'rename' && at.endsWith('..verified'))
    const { swap } = await staged(stageOn(disk, { into, keep: 0 }, undefined), { a: '1' })
    state.isStubborn = true
    expect(await swap({ a: '2' })).toMatchObject({ outcome: 'rolledBack', error: { code: 'VERIFY_FAILED' } })
    expect([revisions(into), shown(into), proven(into)]).toEqual([1, { a: '1' }, { a: '1' }])
  })

  it('goes back to what was proven, and not to what somebody made of it', async () => {
    const into = emptyInto()
    const server = defineReaction({
      name: 'server',
      apply: ({ snapshot }) => {
        if (snapshot.text('a') !== 'bad') return
        const good = readlinkSync(path.join(into, '..verified'))
        writeFileSync(path.join(into, good, 'a'), 'spoilt')
        throw new Error('no')
      },
      rollback: () => undefined,
    })
    const { swap } = await staged(stageOn(new Disk(), { into }, server), { a: 'good' })
    expect(await swap({ a: 'bad' })).toMatchObject({ outcome: 'rolledBack' })
    expect([shown(into), proven(into)]).toEqual([{ a: 'good' }, { a: 'good' }])
  })
})
