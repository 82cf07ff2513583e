import { onKeys } from '@hotmount/core'
import { stage } from '@hotmount/adapters/stage'
import { describe, expect, it } from 'vitest'
import { contextOf, snapshotOf } from '../process/changes.js'
import { readingServer } from './reading-server.js'
import { emptyInto, listing, proven, shown, staged } from './staged.js'

describe('stage, when what follows fails', () => {
  it('publishes the last verified revision again, reloads again and verifies that', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    const { swap, loop } = await staged(stage({ into }, server.reaction), { a: 'one' })
    expect(await swap({ a: 'bad' })).toMatchObject({
      outcome: 'rolledBack',
      error: { code: 'VERIFY_FAILED' },
    })
    expect(server.reads).toEqual(['one', 'bad', 'one'])
    expect([shown(into), proven(into)]).toEqual([{ a: 'one' }, { a: 'one' }])
    expect(loop.status.state).toBe('rejected')
    expect(await swap({ a: 'two' })).toMatchObject({ outcome: 'applied' })
    expect([server.runs, shown(into), proven(into)]).toEqual(['two', { a: 'two' }, { a: 'two' }])
  })

  it('has the old files back before anybody is told', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    const { swap } = await staged(stage({ into }, server.reaction), { a: 'one' })
    const seen: unknown[] = []
    server.onReload = () => void seen.push(shown(into), proven(into))
    await swap({ a: 'bad' })
    // The reload for the new revision sees it, unproven; the one for the way back sees the old files.
    expect(seen).toEqual([{ a: 'bad' }, { a: 'one' }, { a: 'one' }, { a: 'one' }])
  })

  it('goes back further than one failure: to what was verified, not to what was there before', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    const { swap } = await staged(stage({ into, keep: 0 }, server.reaction), { a: 'one' })
    for (const a of ['bad 1', 'bad 2', 'bad 3'])
      expect(await swap({ a })).toMatchObject({ outcome: 'rolledBack' })
    expect([server.runs, shown(into), proven(into)]).toEqual(['one', { a: 'one' }, { a: 'one' }])
    expect(listing(into).filter((name) => name === 'R')).toHaveLength(1)
  })

  it('is dirty when the way back fails too, and recovers with the next revision', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    const { swap, loop } = await staged(stage({ into }, server.reaction), { a: 'one' })
    let isDown = true
    server.onReload = () => {
      if (isDown) throw new Error('down')
    }
    expect(await swap({ a: 'two' })).toMatchObject({ outcome: 'failed', error: { code: 'ROLLBACK_FAILED' } })
    expect(loop.status.state).toBe('dirty')
    expect([shown(into), proven(into)]).toEqual([{ a: 'one' }, { a: 'one' }])
    isDown = false
    await loop.inSync({ signal: AbortSignal.timeout(10_000) })
    expect([server.runs, shown(into), proven(into)]).toEqual(['two', { a: 'two' }, { a: 'two' }])
  })

  it('tries the first revision again when there is none to go back to', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    let failures = 1
    server.onReload = () => {
      if (failures-- > 0) throw new Error('not yet')
    }
    const { loop, reports } = await staged(stage({ into }, server.reaction), { a: 'one' })
    expect(reports[0]).toMatchObject({ outcome: 'failed', stage: 'apply' })
    await loop.inSync({ signal: AbortSignal.timeout(10_000) })
    expect([server.runs, proven(into)]).toEqual(['one', { a: 'one' }])
  })

  it('goes back to a revision that it has never staged: the one that ran before it came', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    const { swap } = await staged(stage({ into }, server.reaction), { a: 'one' }, {})
    expect(shown(into)).toBeUndefined()
    expect(await swap({ a: 'bad' })).toMatchObject({ outcome: 'rolledBack' })
    expect([server.runs, shown(into), proven(into)]).toEqual(['one', { a: 'one' }, { a: 'one' }])
  })

  it('puts the files back when a reload takes too long, and when the loop is closed during it', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    const { swap, volume, loop } = await staged(
      stage({ into }, server.reaction),
      { a: 'one' },
      {
        initial: true,
        timeout: 1500,
      },
    )
    let reloads = 0
    server.onReload = () => {
      reloads += 1
      return reloads === 1 ? new Promise((resolve) => setTimeout(resolve, 1800)) : undefined
    }
    expect(await swap({ a: 'two' })).toMatchObject({ outcome: 'rolledBack', error: { code: 'TIMED_OUT' } })
    expect([server.runs, shown(into), proven(into)]).toEqual(['one', { a: 'one' }, { a: 'one' }])

    let release!: () => void
    const held = new Promise<void>((resolve) => (release = resolve))
    let hasBegun = false
    server.onReload = () => {
      hasBegun = true
      return held
    }
    await volume.swap({ a: 'three' })
    await expect.poll(() => hasBegun).toBe(true)
    expect(shown(into)).toEqual({ a: 'three' })
    const closed = loop.close()
    release()
    await closed
    await expect.poll(() => shown(into)).toEqual({ a: 'one' })
  })

  it('neither tells nor takes back what follows when the change does not concern it', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    const { swap } = await staged(stage({ into }, onKeys(['a'], server.reaction)), { a: 'one', b: '1' })
    expect(await swap({ a: 'one', b: '2' })).toMatchObject({ outcome: 'applied' })
    expect([server.reads, shown(into)]).toEqual([['one'], { a: 'one', b: '2' }])
    expect(await swap({ a: 'bad', b: '3' })).toMatchObject({ outcome: 'rolledBack' })
    expect([server.reads, shown(into)]).toEqual([['one', 'bad', 'one'], { a: 'one', b: '2' }])
  })

  it('fails when somebody else publishes there', async () => {
    const into = emptyInto()
    const server = readingServer(into)
    const { swap } = await staged(stage({ into }, server.reaction), { a: 'one' })
    server.onReload = async () => {
      server.onReload = () => undefined
      await stage({ into }).rollback?.(snapshotOf({ a: 'other' }), contextOf())
    }
    expect(await swap({ a: 'two' })).toMatchObject({
      outcome: 'rolledBack',
      error: { code: 'VERIFY_FAILED', hint: expect.stringContaining('second writer') as string },
    })
    expect([server.runs, shown(into)]).toEqual(['one', { a: 'one' }])
  })
})
