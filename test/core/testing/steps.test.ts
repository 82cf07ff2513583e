import { watch } from 'node:fs'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { simulateMount, type SimulatedMount, type Step } from '@hotmount/core/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'

const mounts: SimulatedMount[] = []
const mounted = async (...args: Parameters<typeof simulateMount>): Promise<SimulatedMount> => {
  const mount = await simulateMount(...args)
  mounts.push(mount)
  return mount
}
afterEach(async () => {
  for (const mount of mounts.splice(0)) await mount[Symbol.asyncDispose]()
})

const names = async (mount: SimulatedMount): Promise<string[]> => (await readdir(mount.path)).toSorted()
const target = (mount: SimulatedMount, name = '..data'): Promise<string> => readlink(join(mount.path, name))
const stepsOf = async (mount: SimulatedMount, data: Record<string, string>): Promise<Step[]> => {
  const steps: Step[] = []
  for await (const step of mount.steps(data)) steps.push(step)
  return steps
}
/** Writes until the n-th step of this kind is done, then stops like a kubelet that crashed. */
const crashAfter = async (
  mount: SimulatedMount,
  data: Record<string, string>,
  at: Step,
  nth = 1,
): Promise<void> => {
  let seen = 0
  for await (const step of mount.steps(data)) if (step === at && (seen += 1) === nth) return
  throw new Error(`the write had no ${at} ${nth}`)
}

describe('the order of operations', () => {
  it('is write, publish, link, unlink, prune today', async () => {
    const mount = await mounted({ a: '1', b: '1' })
    expect(await stepsOf(mount, { a: '2', c: '2' })).toEqual([
      // the directory, a, c, ..data_tmp
      'write',
      'write',
      'write',
      'write',
      'publish',
      'link',
      'unlink',
      // b, a, the directory
      'prune',
      'prune',
      'prune',
    ])
  })

  it('has links before the publish in the older order', async () => {
    const mount = await mounted({ a: '1' }, { order: 'links-first' })
    const steps = await stepsOf(mount, { a: '2', c: '2' })
    expect(steps).toEqual(['write', 'write', 'write', 'link', 'write', 'publish', 'prune', 'prune'])
  })

  it('never shows a new link that dangles today, and does in the older order', async () => {
    const current = await mounted({ a: '1' })
    await crashAfter(current, { a: '1', c: '2' }, 'link')
    expect(await readFile(join(current.path, 'c'), 'utf8')).toBe('2')
    const older = await mounted({ a: '1' }, { order: 'links-first' })
    await crashAfter(older, { a: '1', c: '2' }, 'link')
    await expect(readFile(join(older.path, 'c'))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('has the new revision complete, and the old one untouched, before the publish', async () => {
    const mount = await mounted({ a: '1', b: '1' })
    const old = await target(mount)
    await crashAfter(mount, { a: '2', b: '2' }, 'write', 4)
    const next = await target(mount, '..data_tmp')
    expect(await target(mount)).toBe(old)
    expect(await readFile(join(mount.path, next, 'b'), 'utf8')).toBe('2')
    expect(await readFile(join(mount.path, 'b'), 'utf8')).toBe('1')
  })

  it('returns the revision, and for equal data does nothing', async () => {
    const mount = await mounted({ a: '1' })
    const steps = mount.steps({ a: '1' })
    expect(await steps.next()).toEqual({ done: true, value: undefined })
  })

  it.runIf(process.platform === 'linux')('rings inotify exactly as a kubelet does', async () => {
    const mount = await mounted({ a: '1', b: '1' })
    const old = await target(mount)
    const rings: (string | null)[] = []
    const watcher = watch(mount.path, (_, name) => rings.push(name))
    try {
      const revision = await mount.swap({ a: '2', c: '2' })
      await vi.waitFor(() => expect(rings).toContain(old))
      expect(rings).toEqual([revision, revision, '..data_tmp', '..data_tmp', '..data', 'c', 'b', old])
    } finally {
      watcher.close()
    }
  })
})

describe('a crash', () => {
  it('before the publish leaves ..data_tmp, which the next write gets rid of', async () => {
    const mount = await mounted({ a: '1' })
    await crashAfter(mount, { a: '2' }, 'write', 3)
    const orphan = await target(mount, '..data_tmp')
    const revision = await mount.swap({ a: '3' })
    // The orphan stays: a kubelet removes no revision but the one it replaces.
    expect(await names(mount)).toEqual(expect.arrayContaining([orphan, revision, '..data', 'a']))
    expect(await target(mount)).toBe(revision)
  })

  it('after the publish leaves a link missing, which an unchanged write creates', async () => {
    const mount = await mounted({ a: '1' })
    await crashAfter(mount, { a: '1', b: '2' }, 'publish')
    expect(await names(mount)).not.toContain('b')
    expect(await stepsOf(mount, { a: '1', b: '2' })).toEqual(['link'])
    expect(await readFile(join(mount.path, 'b'), 'utf8')).toBe('2')
  })

  it('after the publish leaves a dangling link for ever, until its key comes back', async () => {
    const mount = await mounted({ a: '1', b: '1' })
    await crashAfter(mount, { a: '2' }, 'publish')
    await mount.swap({ a: '3' })
    expect(await names(mount)).toContain('b')
    expect(await stepsOf(mount, { a: '3', b: '4' })).not.toContain('link')
    expect(await readFile(join(mount.path, 'b'), 'utf8')).toBe('4')
  })
})

describe('a failing write', () => {
  it('at publish cleans up and leaves the published revision alone', async () => {
    const mount = await mounted({ a: '1' })
    const before = await names(mount)
    await expect(mount.swap({ a: '2' }, { failAt: 'publish' })).rejects.toMatchObject({ code: 'EEXIST' })
    expect(await names(mount)).toEqual(before)
  })

  it('of a key leaves its half-written directory behind', async () => {
    const mount = await mounted({ a: '1', b: '1' })
    const before = await names(mount)
    await expect(mount.patch({ a: '2' }, { failAt: 'write' })).rejects.toMatchObject({ code: 'ENOSPC' })
    const [orphan, ...others] = (await names(mount)).filter((name) => !before.includes(name))
    expect(others).toEqual([])
    expect(await readdir(join(mount.path, orphan ?? 'none'))).toEqual([])
    expect((await mount.published())?.data).toEqual({ a: Buffer.from('1'), b: Buffer.from('1') })
  })

  it('of an operation that this write does not need is none', async () => {
    const mount = await mounted({ a: '1' })
    await expect(mount.swap({ a: '2' }, { failAt: 'unlink' })).resolves.toBeTypeOf('string')
  })
})

describe('an unfinished write', () => {
  it('cannot go on once another took over', async () => {
    const mount = await mounted({ a: '1' })
    const steps = mount.steps({ a: '2' })
    await steps.next()
    await mount.swap({ a: '3' })
    await expect(steps.next()).rejects.toThrow('another write')
    expect((await mount.published())?.data).toEqual({ a: Buffer.from('3') })
  })
})
