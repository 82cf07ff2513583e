import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { codeOf } from '../../../packages/adapters/src/cli/inspect.js'
import { finish, temporary, volume } from './support.js'

describe('hotmount inspect', () => {
  it('ends with 0 for a volume of the kubelet', async () => {
    const mount = await volume({ 'app.yaml': 'hunter2-is-secret' })
    const { code, out, err } = await finish(['inspect', mount.path])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/^ {2}kind +a ConfigMap, Secret or other volume of the kubelet$/m)
    expect(out).toMatch(/^ {2}updates +yes, each revision as a whole$/m)
    expect(out).not.toContain('hunter2')
  })
  it('ends with 0 for an ordinary directory, with 3 where nothing is', async () => {
    const directory = await temporary()
    const plain = await finish(['inspect', directory])
    expect(plain.code).toBe(0)
    expect(plain.out).toMatch(/^ {2}kind +an ordinary directory$/m)
    const missing = await finish(['inspect', path.join(directory, 'no')])
    expect(missing.code).toBe(3)
    expect(missing.out).toMatch(
      /^ {2}error +nothing is mounted at .*\n +→ check volumeMounts.mountPath in the pod spec$/m,
    )
    expect(missing.out).not.toContain('updates')
  })
  it('tells a finding with its remedy', async () => {
    const mount = await volume({})
    const { code, out } = await finish(['inspect', mount.path])
    expect(code).toBe(0)
    expect(out).toMatch(/^ {2}warning +it has no keys\n +→ an optional source/m)
  })
  it('ends with 3 where it may not list', async () => {
    const mount = await volume({ a: '1' })
    await chmod(mount.path, 0o311)
    const isRoot = process.geteuid?.() === 0
    // Root may list everything; the effective user is that of the whole process.
    if (isRoot) process.seteuid?.(65_534)
    const { code, out } = await finish(['inspect', mount.path]).finally(() => {
      if (isRoot) process.seteuid?.(0)
    })
    await chmod(mount.path, 0o700)
    expect(code).toBe(3)
    expect(out).toMatch(/^ {2}error +it may not be listed \(EACCES\)\n +→ set fsGroup/m)
  })
  it('ends with 3 where it may not look', async () => {
    const directory = await temporary()
    await symlink('loop', path.join(directory, 'loop'))
    const { code, out } = await finish(['inspect', path.join(directory, 'loop')])
    expect(code).toBe(3)
    expect(out).toMatch(/^ {2}error /m)
  })
  it('prints JSON', async () => {
    const directory = await temporary()
    await mkdir(path.join(directory, 'sub'))
    await writeFile(path.join(directory, 'sub', 'a'), '1')
    const { out } = await finish(['inspect', '--json', path.join(directory, 'sub')])
    expect(JSON.parse(out)).toMatchObject({
      kind: 'plain',
      updates: 'unknown',
      stale: false,
      findings: [{ level: 'info' }],
    })
  })
  it.each([
    ['live', false, 0],
    ['unknown', false, 0],
    ['never', false, 1],
    ['never', true, 5],
    ['live', true, 5],
  ] as const)('tells by its exit code what updates %s, stale %s: %i', (updates, stale, code) => {
    const base = { path: '/x', kind: 'subPath', filesystem: undefined, findings: [] } as const
    expect(codeOf({ ...base, updates, stale })).toBe(code)
  })
})
