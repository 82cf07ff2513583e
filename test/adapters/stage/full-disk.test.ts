import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { stage } from '@hotmount/adapters/stage'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readingServer } from './reading-server.js'
import { emptyInto, listing, proven, shown, staged } from './staged.js'

const mountTmpfs = (at: string, ...options: string[]): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', ...options, 'hotmount-test', at]).status === 0
const isPermitted = ((): boolean => {
  const probe = mkdtempSync(path.join(tmpdir(), 'hotmount-tmpfs-'))
  const isMounted = mountTmpfs(probe)
  if (isMounted) spawnSync('umount', [probe])
  rmSync(probe, { recursive: true })
  return isMounted
})()

/** A directory on a file system of its own, of this many KiB. */
const smallDisk = (kibibytes: number): string => {
  const at = emptyInto()
  mkdirSync(at)
  expect(mountTmpfs(at, '-o', `size=${kibibytes}k,nr_inodes=64`)).toBe(true)
  onTestFinished(() => void spawnSync('umount', ['-l', at]))
  return at
}
const fails = (work: () => void): boolean => {
  try {
    work()
    return false
  } catch {
    return true
  }
}
/** Leaves no space for another byte, nor for another name. Undone by removing the directory. */
const fill = (ballast: string): void => {
  mkdirSync(ballast)
  expect(fails(() => writeFileSync(path.join(ballast, 'bytes'), 'x'.repeat(300 * 1024)))).toBe(true)
  let names = 0
  while (!fails(() => symlinkSync('x', path.join(ballast, `${names}`)))) names += 1
  expect(names).toBeGreaterThan(0)
}
const big = 'x'.repeat(150 * 1024)

describe.skipIf(!isPermitted)('stage on a full disk [needs root]', () => {
  it('keeps serving the old revision, leaves nothing half-written, and takes the new one once there is space', async () => {
    const disk = smallDisk(256)
    const into = path.join(disk, 'into')
    const ballast = path.join(disk, 'ballast')
    const server = readingServer(into)
    const { swap, loop } = await staged(stage({ into }, server.reaction), { a: 'one' })
    const before = listing(into)
    writeFileSync(ballast, big)
    expect(await swap({ a: 'two', big })).toMatchObject({
      outcome: 'rejected',
      retryInMs: expect.any(Number) as number,
      error: {
        code: 'APPLY_FAILED',
        message: `stage ${into}: ${into} could not be written (ENOSPC)`,
        hint: expect.stringContaining('sizeLimit') as string,
      },
    })
    expect(loop.status.state).toBe('rejected')
    expect([listing(into), shown(into), server.reads]).toEqual([before, { a: 'one' }, ['one']])
    unlinkSync(ballast)
    expect(await loop.inSync({ signal: AbortSignal.timeout(15_000) })).toMatchObject({ outcome: 'applied' })
    expect([server.runs, proven(into)?.['a']]).toEqual(['two', 'two'])
  })

  it('publishes, proves and goes back when the disk fills up after the check', async () => {
    const disk = smallDisk(256)
    const into = path.join(disk, 'into')
    const server = readingServer(into)
    const ballast = path.join(disk, 'ballast')
    const { swap } = await staged(stage({ into }, server.reaction), { a: 'one' })
    const fillOnce = (): void => {
      server.onReload = () => undefined
      fill(ballast)
    }
    server.onReload = fillOnce
    expect(await swap({ a: 'bad' })).toMatchObject({ outcome: 'rolledBack' })
    expect([server.runs, shown(into), proven(into)]).toEqual(['one', { a: 'one' }, { a: 'one' }])

    rmSync(ballast, { recursive: true })
    server.onReload = fillOnce
    expect(await swap({ a: 'two' })).toMatchObject({ outcome: 'applied' })
    expect([server.runs, shown(into), proven(into)]).toEqual(['two', { a: 'two' }, { a: 'two' }])
  })
})

describe('stage without permission [needs root]', () => {
  it.skipIf(!isPermitted)('says what the pod needs, and goes on when it has it', async () => {
    const disk = smallDisk(256)
    const into = path.join(disk, 'into')
    spawnSync('mount', ['-o', 'remount,ro', disk])
    const { reports, loop } = await staged(stage({ into }), { a: 'one' })
    expect(reports[0]).toMatchObject({
      outcome: 'rejected',
      error: { code: 'APPLY_FAILED', retryable: true, hint: expect.stringContaining('emptyDir') as string },
    })
    spawnSync('mount', ['-o', 'remount,rw', disk])
    expect(await loop.inSync({ signal: AbortSignal.timeout(15_000) })).toMatchObject({ outcome: 'applied' })
  })
})
