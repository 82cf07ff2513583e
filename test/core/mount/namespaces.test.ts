import { execFileSync, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const script = join(import.meta.dirname, 'fixtures/in-namespace.mjs')
const isPermitted = spawnSync('unshare', ['--mount', 'true']).status === 0

/** Runs a scenario in a mount namespace of its own; the facts it printed, by name. */
const run = (scenario: string): Readonly<Record<string, unknown>> => {
  const printed = execFileSync(
    'unshare',
    ['--mount', '--propagation', 'private', process.execPath, script, scenario],
    {
      encoding: 'utf8',
      timeout: 15_000,
    },
  )
  const lines = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { name: string; fact: unknown })
  const facts = Object.fromEntries(lines.map(({ name, fact }) => [name, fact]))
  rmSync(String(facts['base']), { recursive: true, force: true })
  return facts
}

describe.skipIf(!isPermitted)('mounts as a container sees them [needs root]', () => {
  test('a volume updates live; when the kubelet takes it down, that is said and the last snapshot stays', () => {
    const facts = run('volume')
    expect(facts['inspect']).toMatchObject({ kind: 'atomic', updates: 'live', stale: false })
    expect(facts['changed']).toEqual(['app.yaml'])
    expect(facts['detached']).toMatchObject({
      code: 'MOUNT_DETACHED',
      hint: expect.stringContaining('restart') as string,
    })
    expect(facts['health']).toMatchObject({ detached: true })
    expect(facts['kept']).toEqual(['app.yaml', 'dir/x', 'other'])
    expect(facts['inspect after']).toMatchObject({ updates: 'never', stale: true })
    expect(facts['refused after']).toMatchObject({ code: 'MOUNT_DETACHED' })
  })

  test('a subPath file is refused with the remedy, and it is noticed when it goes stale', () => {
    const facts = run('subPathFile')
    expect(facts['refused']).toMatchObject({
      code: 'MOUNT_STATIC',
      hint: expect.stringContaining('without subPath') as string,
    })
    expect(facts['inspect']).toMatchObject({ kind: 'subPath', updates: 'never', stale: false })
    expect(facts['refused when stale']).toMatchObject({
      code: 'MOUNT_STATIC',
      message: expect.stringContaining('a newer version exists') as string,
    })
    expect(facts['inspect when stale']).toMatchObject({ kind: 'subPath', updates: 'never', stale: true })
  })

  test('a directory with a subPath file in it is refused, by the name of the file; its other files are not', () => {
    const facts = run('subPathInDirectory')
    expect(facts['refused']).toMatchObject({
      code: 'MOUNT_STATIC',
      message: expect.stringContaining('/app.yaml is a subPath mount') as string,
    })
    expect(facts['inspect']).toMatchObject({ kind: 'plain', updates: 'never' })
    expect(facts['others']).toEqual(['own.yaml'])
  })

  test('a subPath behind a link is refused too', () => {
    const facts = run('subPathBehindLink')
    expect(facts['refused']).toMatchObject({ code: 'MOUNT_STATIC' })
    expect(facts['inspect']).toMatchObject({ kind: 'subPath', updates: 'never' })
  })

  test('a subPath directory is refused too, and a file inside it', () => {
    const facts = run('subPathDirectory')
    expect(facts['refused']).toMatchObject({ code: 'MOUNT_STATIC' })
    expect(facts['refused inside']).toMatchObject({ code: 'MOUNT_STATIC' })
    expect(facts['inspect when stale']).toMatchObject({ kind: 'subPath', stale: true })
  })

  test('a link in the image that leads into the mount is followed live', () => {
    expect(run('linkIntoMount')).toMatchObject({ keys: ['app.yaml'], changed: ['app.yaml'] })
  })

  test('a bound file updates in place, and says when it was replaced behind the container', () => {
    const facts = run('boundFile')
    expect(facts['changed']).toEqual(['inside.yaml'])
    expect(facts['detached']).toMatchObject({ code: 'MOUNT_DETACHED' })
  })
})
