import { systemClock } from '@hotmount/core'
import { describe, expect, it, vi } from 'vitest'
import { deliver } from '../../../packages/adapters/src/process/deliver.js'
import { ageMs, readProcess } from '../../../packages/adapters/src/process/procfs.js'
import { startCatcher, startNode, startReady, type TestChild } from './children.js'

const pinned = ({ pid }: TestChild): { pid: number; startTime: number } => ({
  pid,
  startTime: readProcess(pid)?.startTime ?? 0,
})
const quick = { clock: systemClock, signal: new AbortController().signal, patience: 100 }

describe('deliver', () => {
  it('sends a signal that is caught', async () => {
    const child = await startCatcher('SIGHUP')
    await deliver('child', pinned(child), 'SIGHUP', quick)
    await vi.waitFor(() => expect(child.lines).toEqual(['ready', 'SIGHUP']))
  })
  it('waits for a server that has yet to catch it: sent at once, it would end it', async () => {
    const child = await startNode(`
      setTimeout(() => process.on('SIGHUP', () => console.log('SIGHUP')), 300)
      setInterval(() => {}, 1000)
      console.log('ready')`)
    await deliver('child', pinned(child), 'SIGHUP', { ...quick, patience: 10_000 })
    await vi.waitFor(() => expect(child.lines).toEqual(['ready', 'SIGHUP']))
    expect(child.process.exitCode).toBeNull()
  })
  it.each([
    [
      'does not catch it, so its default action would end the process',
      'echo ready; while :; do sleep 1; done',
    ],
    ['ignores it', 'trap "" USR2; echo ready; while :; do sleep 1; done'],
  ])('sends nothing to a target that %s', async (reason, script) => {
    const child = await startReady('sh', ['-c', script])
    await expect(deliver('child', pinned(child), 'SIGUSR2', quick)).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      message: `SIGUSR2 was not sent: child (pid ${child.pid}) ${reason}`,
      hint: expect.stringContaining('shell'),
    })
    expect([child.process.exitCode, child.process.signalCode]).toEqual([null, null])
    expect(readProcess(child.pid)?.state).not.toBe('Z')
  })
  it('leaves a process alone that has only just started', async () => {
    const child = await startCatcher('SIGHUP')
    const target = pinned(child)
    const young = deliver('child', target, 'SIGHUP', { ...quick, leastAgeMs: 60_000 })
    await expect(young).rejects.toThrow('SIGHUP was not sent: child (pid')
    await expect(young).rejects.toThrow('has only just started')
    expect(child.lines).toEqual(['ready'])
    await deliver('child', target, 'SIGHUP', { ...quick, patience: 10_000, leastAgeMs: 300 })
    expect(ageMs(target)).toBeGreaterThanOrEqual(300)
    await vi.waitFor(() => expect(child.lines).toEqual(['ready', 'SIGHUP']))
  })
  it('sends nothing while an earlier one is waiting', async () => {
    const child = await startCatcher('SIGHUP')
    process.kill(child.pid, 'SIGSTOP')
    await vi.waitFor(() => expect(readProcess(child.pid)?.state).toBe('T'))
    process.kill(child.pid, 'SIGHUP')
    await expect(deliver('child', pinned(child), 'SIGHUP', quick)).rejects.toThrow(
      'has not yet taken an earlier one',
    )
    process.kill(child.pid, 'SIGCONT')
    await deliver('child', pinned(child), 'SIGHUP', { ...quick, patience: 10_000 })
    await vi.waitFor(() => expect(child.lines).toEqual(['ready', 'SIGHUP', 'SIGHUP']))
  })
  it('never signals another process that got the pid', async () => {
    const child = await startCatcher('SIGHUP', 'SIGUSR2')
    const { pid, startTime } = pinned(child)
    await expect(deliver('child', { pid, startTime: startTime - 1 }, 'SIGHUP', quick)).rejects.toMatchObject({
      code: 'TARGET_NOT_FOUND',
      retryable: true,
    })
    await deliver('child', { pid, startTime }, 'SIGUSR2', quick)
    await vi.waitFor(() => expect(child.lines).toContain('SIGUSR2'))
    expect(child.lines).not.toContain('SIGHUP')
  })
  it('stops waiting when aborted', async () => {
    const child = await startReady('sh', ['-c', 'echo ready; while :; do sleep 1; done'])
    const controller = new AbortController()
    const sending = deliver('child', pinned(child), 'SIGHUP', {
      ...quick,
      signal: controller.signal,
      patience: 60_000,
    })
    const reason = new Error('closing')
    controller.abort(reason)
    await expect(sending).rejects.toBe(reason)
  })
})

const isRoot = process.geteuid?.() === 0

describe.skipIf(!isRoot)('deliver as another user [needs root]', () => {
  it('says what permission is missing', async () => {
    const child = await startReady('sh', ['-c', 'trap : HUP; echo ready; while :; do sleep 1; done'], {
      uid: 65_533,
    })
    process.seteuid?.(65_534)
    try {
      await expect(deliver('child', pinned(child), 'SIGHUP', quick)).rejects.toMatchObject({
        code: 'TARGET_FORBIDDEN',
        hint: expect.stringContaining('capability KILL'),
      })
    } finally {
      process.seteuid?.(0)
    }
  })
})
