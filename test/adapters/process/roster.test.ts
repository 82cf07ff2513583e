import { join } from 'node:path'
import type { Reaction } from '@hotmount/core'
import type { SignalReceipt } from '@hotmount/adapters/process'
import { expect, it } from 'vitest'
import { readProcess } from '../../../packages/adapters/src/process/procfs.js'
import { Roster } from '../../../packages/adapters/src/process/roster.js'
import { signalReaction, type SignalSpec } from '../../../packages/adapters/src/process/signal.js'
import { changeOf, contextOf } from './changes.js'
import { startReady, type TestChild } from './children.js'

const change = changeOf({ a: 'old' }, { a: 'new' })
const context = contextOf(change)

/** A server whose old workers never end, and that gives no title to them. */
const startSlow = (): Promise<TestChild> =>
  startReady(process.execPath, [join(import.meta.dirname, 'fixtures/master.mjs'), 'slow'])

const reactionOf = ({ pid }: TestChild, more: Partial<SignalSpec> = {}): Reaction<SignalReceipt> =>
  signalReaction({
    name: 'slow server',
    target: {
      describe: 'the fixture',
      find: () => Promise.resolve({ pid, startTime: readProcess(pid)?.startTime ?? 0 }),
    },
    signal: 'SIGHUP',
    verify: ['newWorkers'],
    startsBeside: true,
    withinMs: 5000,
    ...more,
  })

const perform = async (reaction: Reaction<SignalReceipt>): Promise<string | void> =>
  reaction.verify?.(await reaction.apply(change, context), context)

it('takes workers of before a proven reload for draining at the next, although they say nothing', async () => {
  const reaction = reactionOf(await startSlow())
  await expect(perform(reaction)).resolves.toBe('2 new workers, 2 old still draining')
  await expect(perform(reaction)).resolves.toBe('2 new workers, 4 old still draining')
})

it('holds a reload for as many of them as were let go before', async () => {
  const reaction = reactionOf(await startSlow(), { limit: { most: 1, holdMs: 300 } })
  await expect(perform(reaction)).resolves.toBe('2 new workers, 2 old still draining')
  await expect(perform(reaction)).resolves.toBe(
    '2 new workers, 4 old still draining; sent although 2 old workers were still draining',
  )
})

it('takes none for draining because of a reload that was not proven', async () => {
  const child = await startSlow()
  const reaction = reactionOf(child, { startsBeside: false, withinMs: 800 })
  await expect(perform(reaction)).rejects.toMatchObject({ code: 'VERIFY_FAILED' })
  const receipt = await reaction.apply(change, context)
  expect(receipt.before.map(({ draining }) => draining)).toEqual([false, false, false, false])
})

it('forgets workers that have ended, so that a pid given again is a new worker', async () => {
  const child = await startSlow()
  const roster = new Roster()
  const before = roster.of(child.pid)
  roster.replaced(before, child.pid)
  expect(roster.drainingOf(child.pid)).toBe(2)
  const [first] = before
  process.kill(first?.pid ?? 0, 'SIGKILL')
  await expect.poll(() => roster.drainingOf(child.pid)).toBe(1)
})
