import { lstat, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simulateMount, type Data, type SimulatedMount } from '@hotmount/core/testing'
import { afterEach, describe, expect, it } from 'vitest'

const mounts: SimulatedMount[] = []
const mounted = async (data?: Data, order?: 'current' | 'links-first'): Promise<SimulatedMount> => {
  const mount = await simulateMount(data, order ? { order } : {})
  mounts.push(mount)
  return mount
}
afterEach(async () => {
  for (const mount of mounts.splice(0)) await mount[Symbol.asyncDispose]()
})

const names = async (mount: SimulatedMount): Promise<string[]> => (await readdir(mount.path)).toSorted()
const revisions = async (mount: SimulatedMount): Promise<string[]> =>
  (await names(mount)).filter((name) => /^\.\.\d/.test(name))

describe('what a volume looks like', () => {
  it('is one revision directory, the ..data link and one link per first segment', async () => {
    const mount = await mounted({
      'app.yaml': 'a',
      'tls/server.crt': 'c',
      'tls/server.key': 'k',
      '.env': 'e',
    })
    const revision = await readlink(join(mount.path, '..data'))
    expect(revision).toMatch(/^\.\.\d{4}_\d\d_\d\d_\d\d_\d\d_\d\d\.\d+$/)
    expect(await names(mount)).toEqual([revision, '..data', '.env', 'app.yaml', 'tls'].toSorted())
    expect(await readlink(join(mount.path, 'tls'))).toBe('..data/tls')
    expect(await readFile(join(mount.path, 'tls/server.key'), 'utf8')).toBe('k')
    expect((await lstat(join(mount.path, revision))).mode & 0o777).toBe(0o755)
    expect((await stat(join(mount.path, 'app.yaml'))).mode & 0o777).toBe(0o644)
  })

  it('is an empty revision when there is no data', async () => {
    const mount = await mounted()
    const revision = await readlink(join(mount.path, '..data'))
    expect(await readdir(join(mount.path, revision))).toEqual([])
    expect(await names(mount)).toEqual([revision, '..data'])
  })

  it('keeps bytes as they are, and no hold on the array they came in', async () => {
    const bytes = Uint8Array.of(0, 255, 0xc3, 0x28, 10)
    const mount = await mounted()
    const swapped = mount.swap({ blob: bytes })
    bytes.fill(7)
    await swapped
    expect([...(await readFile(join(mount.path, 'blob')))]).toEqual([0, 255, 0xc3, 0x28, 10])
  })
})

describe('swap', () => {
  it('replaces the revision and its keys, and removes the old one', async () => {
    const mount = await mounted({ a: '1', b: '1' })
    const revision = await mount.swap({ a: '2', c: '2' })
    expect(await readlink(join(mount.path, '..data'))).toBe(revision)
    expect(await names(mount)).toEqual([revision, '..data', 'a', 'c'])
  })

  it('writes nothing when the bytes are equal', async () => {
    const mount = await mounted({ a: '1' })
    const before = await stat(mount.path, { bigint: true })
    expect(await mount.swap({ a: '1' })).toBeUndefined()
    expect((await stat(mount.path, { bigint: true })).mtimeNs).toBe(before.mtimeNs)
  })

  it.each([['..x'], ['..data'], ['/etc/x'], ['a/../b'], [''], ['a//b'], ['./a'], ['x'.repeat(256)]])(
    'refuses the key %j and writes nothing',
    async (key) => {
      const mount = await mounted({ a: '1' })
      await expect(mount.swap({ [key]: '2' })).rejects.toThrow(/refuses the key/)
      expect((await mount.published())?.data).toEqual({ a: Buffer.from('1') })
    },
  )

  it('refuses what is neither text nor bytes, which would be an empty key', async () => {
    const mount = await mounted({ a: '1' })
    await expect(mount.swap({ port: 80 } as unknown as Data)).rejects.toThrow(
      'the value of the key port is neither text nor bytes',
    )
    await expect(simulateMount('a: 1' as unknown as Data)).rejects.toThrow('keys and values are needed')
  })

  it('refuses a key that is both a file and a directory', async () => {
    const mount = await mounted()
    await expect(mount.swap({ x: '1', 'x/y': '2' })).rejects.toThrow('the key x cannot be a file')
  })

  it('runs writes one after the other, whoever started them', async () => {
    const mount = await mounted({ n: '0' })
    await Promise.all(Array.from({ length: 8 }, (_, n) => mount.patch({ [`k${n}`]: 'x' })))
    expect(Object.keys((await mount.published())?.data ?? {})).toHaveLength(9)
    expect(await revisions(mount)).toHaveLength(1)
  })
})

describe('patch', () => {
  it('sets, adds, and removes with null', async () => {
    const mount = await mounted({ a: '1', b: '1' })
    await mount.patch({ a: '2', b: null, c: '3' })
    expect((await mount.published())?.data).toEqual({ a: Buffer.from('2'), c: Buffer.from('3') })
  })
})

describe('detach', () => {
  it('deletes everything and the directory itself', async () => {
    const mount = await mounted({ a: '1', 'x/y': '2' })
    await mount.detach()
    await expect(stat(mount.path)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await mount.published()).toBeUndefined()
  })

  it('is followed by a new directory at the next write', async () => {
    const mount = await mounted({ a: '1' })
    await mount.detach()
    await mount.swap({ a: '1' })
    expect(await readFile(join(mount.path, 'a'), 'utf8')).toBe('1')
  })
})

describe('dispose', () => {
  it('removes a directory of its own', async () => {
    const mount = await simulateMount({ a: '1' })
    await mount[Symbol.asyncDispose]()
    await mount[Symbol.asyncDispose]()
    await expect(stat(mount.path)).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(mount.swap({ a: '2' })).rejects.toThrow('was disposed of')
  })

  it('leaves what others put into a directory that was given', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'hotmount-given-'))
    await writeFile(join(parent, 'keep'), '')
    const inside = await simulateMount({ a: '1' }, { path: parent })
    const below = await simulateMount({ a: '1', 'x/y': '1' }, { path: join(parent, 'made/for/it') })
    await below[Symbol.asyncDispose]()
    await inside[Symbol.asyncDispose]()
    expect(await readdir(parent)).toEqual(['keep'])
    await rm(parent, { recursive: true })
  })
})
