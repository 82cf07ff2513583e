import { execFile, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const run = promisify(execFile)
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name)
const inUserNamespace = ['--user', '--map-root-user']
const isPermitted = spawnSync('unshare', [...inUserNamespace, 'true']).status === 0

const facts = async (file: string, args: readonly string[]): Promise<unknown> => {
  const { stdout } = await run(file, args, { timeout: 15_000 })
  return JSON.parse(stdout)
}

describe.skipIf(!isPermitted)('inotify limits [needs namespaces]', () => {
  test.each([
    ['max_inotify_instances', 'atomic', 'fs.inotify.max_user_instances'],
    ['max_inotify_watches', 'atomic', 'fs.inotify.max_user_watches'],
    ['max_inotify_instances', 'plain', 'fs.inotify.max_user_instances'],
    ['max_inotify_watches', 'plain', 'fs.inotify.max_user_watches'],
  ])(
    '%s used up, %s: polls, says so once with the sysctl, and goes back to events',
    async (limit, layout, sysctl) => {
      const script = fixture('in-user-namespace.mjs')
      const seen = await facts('unshare', [...inUserNamespace, process.execPath, script, limit, layout])
      expect(seen).toEqual({
        errors: [
          {
            code: 'WATCH_LIMIT',
            message: expect.stringContaining('polling instead') as string,
            hint: expect.stringContaining(sysctl) as string,
          },
        ],
        keys: ['a'],
        limited: 'polling',
        code: 'WATCH_LIMIT',
        after: 'events',
      })
    },
  )
})

test('a change that no event announced is found by resync, counted, reported once, and polled for from then on', async () => {
  const seen = await facts(process.execPath, [fixture('deaf.mjs')])
  expect(seen).toEqual({
    keys: ['a'],
    errors: [{ code: 'WATCH_LIMIT', hint: expect.stringContaining('polling') as string }],
    missedEvents: 1,
    watching: 'polling',
  })
})
