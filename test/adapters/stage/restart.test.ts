import { inspect } from 'node:util'
import { reload } from '@hotmount/core'
import { stage } from '@hotmount/adapters/stage'
import { describe, expect, it, onTestFinished } from 'vitest'
import { mounted } from '../../support/mounted.js'
import { snapshotOf } from '../process/changes.js'
import { readingServer } from './reading-server.js'
import { emptyInto, listing, proven, shown, staged } from './staged.js'

const isGood = (directory: string) => ['grep', '-qv', 'refused', `${directory}/a`] as const

/** An earlier life that left a verified revision. */
const lived = async (into: string, a: string): Promise<void> => {
  const { loop } = await staged(stage({ into }), { a })
  await loop.close()
}

describe('bringUp', () => {
  it('publishes the first revision of all once its check has passed', async () => {
    const into = emptyInto()
    const reaction = stage({ into, check: isGood })
    const snapshot = snapshotOf({ a: 'one' })
    expect(await reaction.bringUp(snapshot)).toEqual({
      directory: `${into}/..data`,
      applied: snapshot,
      isLatest: true,
      refused: undefined,
    })
    expect([shown(into), proven(into)]).toEqual([{ a: 'one' }, undefined])
  })

  it('throws what the check says when there is nothing at all to start with', async () => {
    const into = emptyInto()
    const bringUp = stage({ into, check: isGood }).bringUp(snapshotOf({ a: 'refused' }))
    await expect(bringUp).rejects.toMatchObject({ code: 'CHECK_FAILED' })
    expect(listing(into)).toEqual([])
  })

  it('asks the check of a reaction where it looks, and publishes nothing that is refused', async () => {
    for (const then of [readingServer, undefined]) {
      const into = emptyInto()
      const refusing = {
        name: 'server',
        apply: () => undefined,
        check: () => Promise.reject(new Error('swordfish')),
      }
      const reaction = stage({ into }, then ? refusing : () => refusing)
      const error: unknown = await reaction.bringUp(snapshotOf({ a: 'one' })).catch((e: unknown) => e)
      expect(error).toMatchObject({ code: 'CHECK_FAILED', origin: expect.any(Error) as Error })
      expect(inspect(error)).not.toContain('swordfish')
      expect([shown(into), listing(into)]).toEqual([undefined, []])
    }
  })

  it.each(['refused', 'two'])('starts with what an earlier life proved when %j is mounted', async (a) => {
    const into = emptyInto()
    await lived(into, 'one')
    const up = await stage({ into, check: isGood }).bringUp(snapshotOf({ a }))
    expect(up).toMatchObject({ isLatest: false, refused: undefined })
    expect(up.applied.text('a')).toBe('one')
    expect(shown(into)).toEqual({ a: 'one' })
  })

  it('knows what is mounted when that is what was proven', async () => {
    const into = emptyInto()
    await lived(into, 'one')
    const snapshot = snapshotOf({ a: 'one' })
    expect(await stage({ into }).bringUp(snapshot)).toMatchObject({ isLatest: true, applied: snapshot })
  })

  it('falls back to what is published though unproven, rather than to nothing', async () => {
    const into = emptyInto()
    await stage({ into, check: isGood }).bringUp(snapshotOf({ a: 'one' }))
    const up = await stage({ into, check: isGood }).bringUp(snapshotOf({ a: 'refused' }))
    expect(up).toMatchObject({ isLatest: false, refused: { code: 'CHECK_FAILED' } })
    expect(up.applied.text('a')).toBe('one')
    expect(shown(into)).toEqual({ a: 'one' })
  })
})

const restarted = async (into: string, a: string) => {
  const server = readingServer(into)
  const { volume, mount } = await mounted({ a })
  const reaction = stage({ into, check: isGood }, server.reaction)
  const { applied } = await reaction.bringUp(mount.snapshot)
  const startedWith = shown(into)
  const loop = reload(mount, reaction, { applied })
  onTestFinished(() => loop.close())
  const outcome = (): string | undefined => loop.status.lastReport?.outcome
  return { server, volume, mount, loop, startedWith, outcome }
}

describe('stage after a restart', () => {
  it('starts with the last known good revision, and then brings the newest with every proof', async () => {
    const into = emptyInto()
    await lived(into, 'one')
    const { startedWith, loop, server } = await restarted(into, 'two')
    expect(startedWith).toEqual({ a: 'one' })
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
    expect([server.reads, proven(into)]).toEqual([['two'], { a: 'two' }])
  })

  it('has nothing to do when nothing changed meanwhile', async () => {
    const into = emptyInto()
    await lived(into, 'one')
    const { loop, server } = await restarted(into, 'one')
    expect(await loop.inSync()).toMatchObject({ outcome: 'skipped', reason: 'unchanged' })
    expect(server.reads).toEqual([])
  })

  it('keeps it when the newest is refused', async () => {
    const into = emptyInto()
    await lived(into, 'one')
    const { outcome, server } = await restarted(into, 'refused')
    await expect.poll(outcome).toBe('rejected')
    expect([server.reads, shown(into), proven(into)]).toEqual([[], { a: 'one' }, { a: 'one' }])
  })

  it('goes back to it when the newest passes its check and does not work', async () => {
    const into = emptyInto()
    await lived(into, 'one')
    const { outcome, server } = await restarted(into, 'bad')
    await expect.poll(outcome).toBe('rolledBack')
    expect([server.reads, shown(into), proven(into)]).toEqual([['bad', 'one'], { a: 'one' }, { a: 'one' }])
  })

  it('counts the very first revision as proven once it has run and another one comes', async () => {
    const into = emptyInto()
    const { server, volume, outcome } = await restarted(into, 'one')
    expect(proven(into)).toBeUndefined()
    const provenAtReload: unknown[] = []
    server.onReload = () => void provenAtReload.push(proven(into))
    await volume.swap({ a: 'bad' })
    await expect.poll(outcome).toBe('rolledBack')
    // Before the other one had its chance: a kill just then must not leave it without a way back.
    expect(provenAtReload[0]).toEqual({ a: 'one' })
    expect([server.runs, shown(into), proven(into)]).toEqual(['one', { a: 'one' }, { a: 'one' }])
  })

  it('keeps it without bringUp too, when a sidecar starts with `initial`', async () => {
    const into = emptyInto()
    await lived(into, 'one')
    const { reports } = await staged(stage({ into, check: isGood }), { a: 'refused' })
    expect(reports[0]).toMatchObject({ outcome: 'rejected' })
    expect([shown(into), proven(into)]).toEqual([{ a: 'one' }, { a: 'one' }])
  })
})
