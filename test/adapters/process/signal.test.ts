import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reaction } from '@hotmount/core'
import { type PinnedProcess, type ProcessRef, signal, type SignalReceipt } from '@hotmount/adapters/process'
import { describe, expect, it, vi } from 'vitest'
import { readProcess } from '../../../packages/adapters/src/process/procfs.js'
import { changeOf, contextOf } from './changes.js'
import { scratch, startCatcher, startReady, type TestChild } from './children.js'

const fixture = join(import.meta.dirname, 'fixtures/master.mjs')
const change = changeOf({ a: 'old' }, { a: 'new' })

const refTo = ({ pid }: TestChild): ProcessRef => ({
  describe: 'the fixture',
  find: (): Promise<PinnedProcess> => Promise.resolve({ pid, startTime: readProcess(pid)?.startTime ?? 0 }),
})
const startMaster = (mode: string): Promise<TestChild> => startReady(process.execPath, [fixture, mode])

/** Apply and verify, as the loop would. */
const perform = async (reaction: Reaction<SignalReceipt>): Promise<string | void> => {
  const context = contextOf(change)
  return reaction.verify?.(await reaction.apply(change, context), context)
}

describe('signal without a proof', () => {
  it('says that nothing is confirmed', async () => {
    const child = await startCatcher('SIGUSR2')
    await expect(perform(signal(refTo(child), 'SIGUSR2'))).resolves.toBe('signalled, unconfirmed')
    await vi.waitFor(() => expect(child.lines).toEqual(['ready', 'SIGUSR2']))
  })
  it('names reaction, stage and revision in its errors', async () => {
    const child = await startReady('sh', ['-c', 'echo ready; exec sleep 60'])
    process.kill(child.pid, 'SIGKILL')
    await vi.waitFor(() => expect(child.process.signalCode).toBe('SIGKILL'))
    await expect(perform(signal(refTo(child), 'SIGHUP'))).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
      reaction: 'SIGHUP to the fixture',
      stage: 'apply',
      revision: 'r2',
      retryable: true,
      hint: expect.stringContaining('its own log'),
    })
  })
})

describe("signal with 'newWorkers'", () => {
  it.each([
    ['good', '2 new workers', 1],
    ['loses', '2 new workers', 2],
  ])('is proven by a server that is %s', async (mode, evidence, hups) => {
    const child = await startMaster(mode)
    const done = perform(signal(refTo(child), 'SIGHUP', { verify: 'newWorkers', within: '6s' }))
    await expect(done).resolves.toBe(evidence)
    expect(child.lines.filter((line) => line.startsWith('HUP'))).toHaveLength(hups)
  })
  it.each([
    ['keeps', 'after 1500 ms it kept its old workers', 'its own log'],
    ['half', 'after 1500 ms 1 old worker still there beside 1 new', 'its own log'],
    ['loops', 'its new workers do not stay', 'its own log'],
    ['dies', 'it has exited', 'give a check'],
  ])('fails with a server that %s', async (mode, what, hint) => {
    const child = await startMaster(mode)
    const error: unknown = await perform(
      signal(refTo(child), 'SIGHUP', { verify: 'newWorkers', within: 1500 }),
    ).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'VERIFY_FAILED',
      stage: 'verify',
      revision: 'r2',
      message: expect.stringContaining(`the fixture (pid ${child.pid}) got the signal, but`),
      hint: expect.stringContaining(hint),
    })
    expect(String(error)).toContain(what)
  })
  it('fails with a target without children, and is sent to it once', async () => {
    const child = await startCatcher('SIGHUP')
    const done = perform(signal(refTo(child), 'SIGHUP', { verify: 'newWorkers', within: 600 }))
    await expect(done).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: expect.stringMatching(/after 600 ms it had no workers to judge by$/),
    })
    expect(child.lines.filter((line) => line === 'SIGHUP')).toHaveLength(1)
  })
})

describe("signal with 'alive' or a probe", () => {
  it('is proven by a target that survives', async () => {
    const child = await startCatcher('SIGHUP')
    const done = perform(signal(refTo(child), 'SIGHUP', { verify: 'alive' }))
    await expect(done).resolves.toBe(`pid ${child.pid} is still there after 1000 ms`)
  })
  it('fails with one that does not', async () => {
    const child = await startMaster('dies')
    await expect(perform(signal(refTo(child), 'SIGHUP', { verify: 'alive' }))).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      message: `the fixture (pid ${child.pid}) got the signal, but it has exited`,
    })
  })
  it('asks the probe after the signal', async () => {
    const child = await startCatcher('SIGHUP')
    const run = async (): Promise<string> => {
      await vi.waitFor(() => expect(child.lines).toContain('SIGHUP'))
      return 'seen'
    }
    await expect(
      perform(signal(refTo(child), 'SIGHUP', { verify: { describe: 'a probe', run } })),
    ).resolves.toBe('seen')
  })
})

describe('signal with a check', () => {
  it('fails before anything is sent, with the output but no value of either revision', async () => {
    const file = join(scratch(), 'check.out')
    writeFileSync(file, 'line 3: unknown word "lissten" near swordfish, was hunter2000\n')
    const values = changeOf({ a: 'hunter2000' }, { a: 'swordfish' })
    const reaction = signal(refTo(await startCatcher('SIGHUP')), 'SIGHUP', {
      check: ['sh', '-c', 'cat "$0"; exit 2', file],
    })
    await expect(reaction.check?.(values.snapshot, contextOf(values))).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      stage: 'check',
      revision: 'r2',
      retryable: false,
      message:
        'the check of SIGHUP to the fixture (sh) exited with code 2: line 3: unknown word "lissten" near [redacted], was [redacted]',
    })
  })
  it('passes when the command exits with 0', async () => {
    const reaction = signal(refTo(await startCatcher('SIGHUP')), 'SIGHUP', { check: ['true'] })
    await expect(reaction.check?.(change.snapshot, contextOf(change))).resolves.toBeUndefined()
  })
  it('says when the command is not there', async () => {
    const reaction = signal(refTo(await startCatcher('SIGHUP')), 'SIGHUP', { check: ['hotmount-none'] })
    await expect(reaction.check?.(change.snapshot, contextOf(change))).rejects.toMatchObject({
      code: 'CHECK_FAILED',
      message: 'the check of SIGHUP to the fixture (hotmount-none) was not found',
      hint: expect.stringContaining('PATH'),
    })
  })
})
