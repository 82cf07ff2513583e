import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chain, defineReaction, inspectMount, watchConfigMap } from '@hotmount/core'
import { stage } from '@hotmount/adapters/stage'
import { describe, expect, it, onTestFinished } from 'vitest'
import { changeOf, contextOf, snapshotOf } from '../process/changes.js'
import { emptyInto, listing, modeOf, proven, shown, staged } from './staged.js'

const hasNoFileNamedBad = (directory: string) => ['test', '!', '-e', `${directory}/bad`] as const

describe('stage', () => {
  it('publishes what a kubelet would have published', async () => {
    const into = emptyInto()
    const bytes = Uint8Array.of(0, 255, 10, 128)
    const { reports } = await staged(stage({ into }), {
      'a.conf': 'one',
      'tls/server.crt': 'crt',
      bin: bytes,
    })
    expect(reports[0]).toMatchObject({
      outcome: 'applied',
      evidence: expect.stringMatching(/^published as \.\.\d{4}(_\d\d){5}\.\d+$/) as string,
    })
    expect(listing(into)).toEqual([
      '..data -> R',
      '..verified -> R',
      'R',
      'a.conf -> ..data/a.conf',
      'bin -> ..data/bin',
      'tls -> ..data/tls',
    ])
    expect(readFileSync(path.join(into, 'a.conf'), 'utf8')).toBe('one')
    expect([...readFileSync(path.join(into, 'bin'))]).toEqual([...bytes])
    expect(await inspectMount(into)).toMatchObject({ kind: 'atomic' })
  })

  it('can be watched like any mount: one change a revision, never half of one', async () => {
    const into = emptyInto()
    const { swap } = await staged(stage({ into }), { a: '1', b: '1' })
    const mount = await watchConfigMap(into)
    onTestFinished(() => mount.close())
    const seen: string[] = []
    mount.on('change', ({ snapshot }) => seen.push(`${snapshot.text('a')}${snapshot.text('b')}`))
    await swap({ a: '2', b: '2' })
    await mount.resync()
    await swap({ a: '3', b: '3', c: '3' })
    await mount.resync()
    expect(seen).toEqual(['22', '33'])
  })

  it('lets the server read whatever the umask of this process is', async () => {
    const umask = process.umask(0o077)
    onTestFinished(() => void process.umask(umask))
    const into = emptyInto()
    await staged(stage({ into }), { 'conf.d/a.conf': 'one' })
    const live = path.join(into, '..data')
    expect([into, live, path.join(live, 'conf.d'), path.join(live, 'conf.d/a.conf')].map(modeOf)).toEqual([
      '755',
      '755',
      '755',
      '644',
    ])
  })

  it.each([
    [0, 1],
    [1, 2],
    [3, 4],
  ])('keeps %i earlier revisions: %i directories after many swaps', async (keep, directories) => {
    const into = emptyInto()
    const { swap } = await staged(stage({ into, keep }), { a: '0' })
    for (const a of '12345') expect(await swap({ a })).toMatchObject({ outcome: 'applied' })
    expect(listing(into).filter((name) => name === 'R')).toHaveLength(directories)
    expect([shown(into), proven(into)]).toEqual([{ a: '5' }, { a: '5' }])
  })

  it('removes the names of keys that are gone', async () => {
    const into = emptyInto()
    const { swap } = await staged(stage({ into, keep: 0 }), { a: '1', b: '1' })
    await swap({ b: '1', c: '1' })
    expect(listing(into)).toEqual(['..data -> R', '..verified -> R', 'R', 'b -> ..data/b', 'c -> ..data/c'])
  })

  it('writes nothing anew when the content is what is published', async () => {
    const into = emptyInto()
    const reaction = stage({ into })
    const snapshot = snapshotOf({ a: '1' })
    const apply = async (): Promise<string> => {
      const context = contextOf()
      await reaction.check?.(snapshot, context)
      const change = { ...context.change, snapshot }
      return (await reaction.apply(change, context)).revision
    }
    const first = await apply()
    expect(await apply()).toBe(first)
    expect(listing(into).filter((name) => name === 'R')).toHaveLength(1)
  })

  it('checks the candidate before anything is published, and leaves nothing of one that is refused', async () => {
    const into = emptyInto()
    const { swap, loop } = await staged(stage({ into, check: hasNoFileNamedBad }), { good: '1' })
    const before = listing(into)
    expect(await swap({ bad: '1' })).toMatchObject({
      outcome: 'rejected',
      error: { code: 'CHECK_FAILED', reaction: `stage ${into}`, stage: 'check' },
    })
    expect(loop.status.state).toBe('rejected')
    expect(listing(into)).toEqual(before)
    expect(shown(into)).toEqual({ good: '1' })
    expect(await swap({ good: '2' })).toMatchObject({ outcome: 'applied' })
    expect(shown(into)).toEqual({ good: '2' })
  })

  it('asks the check of a reaction that is made for a directory where the candidate is', async () => {
    const into = emptyInto()
    const asked: string[] = []
    const then = (directory: string) =>
      defineReaction({
        name: 'server',
        check: () => {
          asked.push(`check ${readFileSync(path.join(directory, 'a'), 'utf8')}`)
          asked.push(`while ${shown(into)?.['a'] ?? 'nothing'}`)
        },
        apply: () => asked.push(`apply ${directory.slice(into.length)} ${shown(into)?.['a'] ?? ''}`),
        verify: () => 'it runs',
      })
    const { swap } = await staged(stage({ into }, then), { a: '1' })
    expect(await swap({ a: '2' })).toMatchObject({
      outcome: 'applied',
      evidence: expect.stringMatching(/; it runs$/) as string,
    })
    expect(asked).toEqual([
      'check 1',
      'while nothing',
      'apply /..data 1',
      'check 2',
      'while 1',
      'apply /..data 2',
    ])
  })

  it('asks the check of a plain reaction about what is published, and takes that back when it refuses', async () => {
    const into = emptyInto()
    const applied: string[] = []
    const server = defineReaction({
      name: 'server',
      check: () => {
        if (shown(into)?.['a'] === 'bad') throw new Error('no')
      },
      apply: ({ snapshot }) => applied.push(snapshot.text('a')),
    })
    const { swap } = await staged(stage({ into }, server), { a: 'good' })
    expect(await swap({ a: 'bad' })).toMatchObject({ outcome: 'rolledBack' })
    expect([shown(into), proven(into), applied]).toEqual([{ a: 'good' }, { a: 'good' }, ['good']])
    expect(listing(into).filter((name) => name === 'R')).toHaveLength(1)
  })

  it('does not touch what others put into the directory', async () => {
    const into = emptyInto()
    mkdirSync(into)
    writeFileSync(path.join(into, 'a'), 'mine')
    const { reports, swap } = await staged(stage({ into }), { a: '1' })
    expect(reports[0]).toMatchObject({
      outcome: 'rejected',
      error: { code: 'APPLY_FAILED', retryable: true, hint: expect.stringContaining('its own') as string },
    })
    expect(await swap({ b: '1' })).toMatchObject({ outcome: 'applied' })
    expect(readFileSync(path.join(into, 'a'), 'utf8')).toBe('mine')
  })

  it('begins anew when somebody removes the whole directory', async () => {
    const into = emptyInto()
    const { swap } = await staged(stage({ into }), { a: '1' })
    rmSync(into, { recursive: true })
    expect(await swap({ a: '2' })).toMatchObject({ outcome: 'applied' })
    expect([shown(into), proven(into)]).toEqual([{ a: '2' }, { a: '2' }])
  })

  it('stops writing when it is aborted, and leaves nothing', async () => {
    const into = emptyInto()
    const stop = new AbortController()
    const render = { a: () => '1', b: () => (stop.abort(new Error('stopped')), '2') }
    const change = changeOf({}, { a: '1' })
    const check = stage({ into, render }).check?.(change.snapshot, contextOf(change, stop.signal))
    await expect(check).rejects.toThrow('stopped')
    expect(listing(into)).toEqual([])
  })

  it('removes a candidate that was overtaken before it was published', async () => {
    const into = emptyInto()
    const reaction = stage({ into, keep: 0 })
    for (const a of ['1', '2', '3']) await reaction.check?.(snapshotOf({ a }), contextOf())
    expect(listing(into).filter((name) => name === 'R')).toHaveLength(1)
    expect(shown(into)).toBeUndefined()
  })

  it('is rolled back with the rest of a chain, even with nothing kept', async () => {
    const into = emptyInto()
    const last = { isBroken: false }
    const after = defineReaction({
      name: 'after',
      apply: () => undefined,
      verify: () => {
        if (last.isBroken && shown(into)?.['a'] === '2') throw new Error('no')
      },
    })
    const { swap } = await staged(chain(stage({ into, keep: 0 }), after), { a: '1' })
    last.isBroken = true
    expect(await swap({ a: '2' })).toMatchObject({ outcome: 'rolledBack' })
    expect([shown(into), proven(into)]).toEqual([{ a: '1' }, { a: '1' }])
  })
})
