import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isEditorFile, isFrozenRoot, isPlainKey } from '../../../packages/core/src/mount/layout.js'
import {
  isFrozen,
  isSilent,
  mountPointOf,
  parseMountinfo,
} from '../../../packages/core/src/mount/mountinfo.js'
import { fireAt, toSettle } from '../../../packages/core/src/mount/settle.js'

// Taken from a node and a container; see docs/01-mounts.md.
const table = `\
21 1 254:0 / / rw - ext4 /dev/root rw
36 21 254:0 /kubelet/pods/u/volumes/kubernetes.io~configmap/cfg /etc/config ro,relatime - ext4 /dev/root rw
37 21 0:39 / /etc/secret ro - tmpfs tmpfs rw
38 21 254:0 /kubelet/pods/u/volumes/kubernetes.io~configmap/cfg/..2026_11_20_23_20_20.1553329884/app.yaml /app/app.yaml ro - ext4 /dev/root rw
39 21 0:39 /..2026_11_20_23_20_20.3232286864/key//deleted /app/key ro master:1 - tmpfs tmpfs rw
40 21 0:40 / /with\\040space ro shared:1 master:2 - fuse.sshfs x rw
41 40 0:41 / /with\\040space ro - nfs4 x rw
`
const points = parseMountinfo(table)
const at = (path: string) => mountPointOf(points, path)

describe('mountinfo', () => {
  test.each([
    ['/etc/config', '/etc/config', 'ext4'],
    ['/etc/config/app.yaml', '/etc/config', 'ext4'],
    ['/etc/config-other', '/', 'ext4'],
    ['/app/app.yaml', '/app/app.yaml', 'ext4'],
    ['/with space/x', '/with space', 'nfs4'],
  ])('%s lies on %s', (path, point, filesystem) => {
    expect(at(path)).toMatchObject({ path: point, filesystem })
  })

  test.each([
    ['/etc/config', false],
    ['/etc/secret', false],
    ['/app/app.yaml', true],
    ['/app/key', true],
  ])('%s is frozen: %s', (path, frozen) => {
    expect(isFrozen(at(path))).toBe(frozen)
  })

  test('file systems that announce nothing are known, whatever their options', () => {
    expect(isSilent(at('/with space'))).toBe(true)
    expect(isSilent(at('/etc/secret'))).toBe(false)
    expect(isSilent(undefined)).toBe(false)
  })

  test.each(['', 'garbage\n\n', '1 2 3 4 5 6 7 8'])('nothing is made of %j', (text) => {
    expect(parseMountinfo(text)).toEqual([])
  })
})

describe('names', () => {
  test.each([
    ['/pods/u/volumes/cfg/..2026_01_02_03_04_05.12345/a', true],
    ['/..2026_01_02_03_04_05.12345', true],
    ['/pods/u/volumes/cfg', false],
    ['/x..2026_01_02_03_04_05.12345/a', false],
  ])('%s is inside one revision: %s', (root, frozen) => {
    expect(isFrozenRoot(root)).toBe(frozen)
  })

  test.each(['.app.yaml.swp', '.app.yaml.swo', '.a.swx', 'app.yaml~', '.#app.yaml', '#app.yaml#'])(
    '%s is an editor’s',
    (name) => {
      expect(isEditorFile(name)).toBe(true)
    },
  )
  test.each(['.env', '.dockerconfigjson', 'app.swp', '4913', 'a#b', '..b'])('%s can be a key', (name) => {
    expect(isPlainKey(name, true)).toBe(true)
  })
  test('two dots at the top belong to the kubelet', () => {
    expect(isPlainKey('..data', false)).toBe(false)
    expect(isPlainKey('.env', false)).toBe(true)
  })
})

describe('settle', () => {
  const times = fc.nat(100_000)
  test('never before it was quiet, unless the longest wait is over; never after that', () => {
    fc.assert(
      fc.property(times, times, fc.nat(1000), fc.nat(5000), (firstMs, sinceMs, quietMs, extraMs) => {
        const lastMs = firstMs + sinceMs
        const maxMs = quietMs + extraMs
        const due = fireAt(firstMs, lastMs, { quietMs, maxMs })
        expect(due).toBeLessThanOrEqual(firstMs + maxMs)
        expect(due === lastMs + quietMs || due === firstMs + maxMs).toBe(true)
      }),
    )
  })
  test.each([
    ['100ms', { quietMs: 100, maxMs: 1000 }],
    [0, { quietMs: 0, maxMs: 0 }],
    [
      { quiet: '1s', max: '1m' },
      { quietMs: 1000, maxMs: 60_000 },
    ],
    [undefined, { quietMs: 1, maxMs: 2 }],
  ] as const)('%j', (option, settle) => {
    expect(toSettle(option, { quietMs: 1, maxMs: 2 })).toEqual(settle)
  })
})
