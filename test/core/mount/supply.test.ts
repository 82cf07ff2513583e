import { combine, type Mount, MountError, reload, supplyMount, type Supply, toMs } from '@hotmount/core'
import { describe, expect, it, onTestFinished } from 'vitest'

const supplied = (options: Partial<Supply> = {}) => {
  let content: Readonly<Record<string, string | Uint8Array>> = { a: '1' }
  let reads = 0
  const mount = supplyMount({
    path: 'flags',
    read: () => {
      reads += 1
      return content
    },
    settle: { quiet: 20, max: 200 },
    ...options,
  })
  onTestFinished(() => mount.close())
  const told: string[] = []
  mount.on(
    'change',
    ({ added, changed, removed }) => void told.push(`+${added.join()} ~${changed.join()} -${removed.join()}`),
  )
  const put = (next: typeof content): void => {
    content = next
    mount.ring()
  }
  return { mount, told, put, reads: () => reads }
}

describe('a supplied mount', () => {
  it('has what is supplied, and tells what differs after a ring', async () => {
    const { mount, told, put } = supplied()
    expect([mount.path, mount.layout, mount.snapshot.text('a')]).toEqual(['flags', 'plain', '1'])
    put({ a: '2', b: Buffer.from([0, 255]) })
    await expect.poll(() => told).toEqual(['+b ~a -'])
    expect([...mount.snapshot.bytes('b')]).toEqual([0, 255])
    put({ b: Buffer.from([0, 255]) })
    await expect.poll(() => told).toEqual(['+b ~a -', '+ ~ -a'])
    expect(mount.health).toMatchObject({ changes: 2, watching: 'events', deaf: false, troubles: [] })
  })

  it('reads once for many rings, and says nothing of what is equal', async () => {
    const { mount, told, put, reads } = supplied()
    for (let count = 0; count < 100; count++) put({ a: '1' })
    await expect.poll(reads).toBe(2)
    put({ a: '2' })
    await expect.poll(() => told).toHaveLength(1)
    expect(reads()).toBe(3)
    const { digest } = mount.snapshot
    expect((await mount.resync()).digest).toBe(digest)
  })

  it('reads in time though it is never quiet', async () => {
    const { told, put } = supplied({ settle: { quiet: toMs('1h', 'quiet'), max: 50 } })
    put({ a: '2' })
    await expect.poll(() => told).toHaveLength(1)
  })

  it('tells trouble once, and when it is over', async () => {
    const { mount } = supplied({ lastContactAt: () => 1000 })
    const told: string[] = []
    mount.on('error', ({ code }) => void told.push(code))
    mount.on('recovered', ({ code }) => void told.push(`over: ${code}`))
    const trouble = new MountError('MOUNT_UNREADABLE', 'flags', 'flags cannot be read')
    mount.begin(trouble)
    mount.begin(trouble)
    await expect.poll(() => told).toEqual(['MOUNT_UNREADABLE'])
    expect(mount.health).toMatchObject({ deaf: true, troubles: [trouble], lastCheckAt: new Date(1000) })
    expect(mount.health.troubledSince).toBeInstanceOf(Date)
    mount.end('MOUNT_UNREADABLE')
    mount.end('MOUNT_UNREADABLE')
    expect(told).toEqual(['MOUNT_UNREADABLE', 'over: MOUNT_UNREADABLE'])
  })

  it('survives a read that throws, with a warning that quotes nothing', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
    const { mount, put, told } = supplied({
      read: (() => {
        let reads = 0
        return () => {
          reads += 1
          if (reads === 2) throw new Error('hunter2')
          return { a: String(reads) }
        }
      })(),
    })
    put({})
    expect((await warned).message).toMatch(/a look at flags/)
    expect((await warned).message).not.toMatch(/hunter2/)
    expect(mount.snapshot.text('a')).toBe('1')
    put({})
    await expect.poll(() => told).toEqual(['+ ~a -'])
  })

  it('is a mount: reloaded, combined, iterated, closed', async () => {
    let releases = 0
    const { mount, put } = supplied({ release: async () => void (releases += 1) })
    const seen: string[] = []
    const loop = reload(mount, ({ snapshot }) => void seen.push(snapshot.text('a')), { initial: true })
    const all: Mount = combine({ flags: mount }, { settle: 20 })
    await expect.poll(() => seen).toEqual(['1'])
    const next = mount.changes().next()
    put({ a: '2' })
    expect((await next).value).toMatchObject({ changed: ['a'] })
    await expect.poll(() => seen).toEqual(['1', '2'])
    await expect.poll(() => all.snapshot.text('flags/a')).toBe('2')
    await all.close()
    await loop.close()
    expect([mount.signal.aborted, releases]).toEqual([true, 1])
    put({ a: '3' })
    await expect(mount.resync()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(mount.snapshot.text('a')).toBe('2')
  })
})
