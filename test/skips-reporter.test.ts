import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lastLines, needsOf } from './support/tally.js'

const root = path.join(import.meta.dirname, '..')
const packages = { nginx: 'nginx-light', haproxy: 'haproxy' }

describe('the last lines of a run', () => {
  it('are only the counts when nothing was skipped', () => {
    expect(lastLines({ passed: 7, failed: 0, skipped: [] }, packages, true)).toEqual(['7 passed, 0 failed'])
  })

  it('name missing programs once, with the line that installs them all', () => {
    const skipped = [
      'nginx preset [needs nginx] > a',
      'nginx preset [needs nginx] > b',
      'x [needs haproxy] > c',
    ]
    expect(lastLines({ passed: 1, failed: 2, skipped }, packages, false)).toEqual([
      'skipped 2 tests: nginx is not installed',
      'skipped 1 test: haproxy is not installed',
      'to run them: apt-get install haproxy nginx-light',
      '1 passed, 2 failed, 3 skipped',
    ])
  })

  it('give the reason where no package helps, and call out a skip without one', () => {
    const lines = lastLines(
      { passed: 0, failed: 0, skipped: ['a [needs root] > b', 'plain > c'] },
      packages,
      true,
    )
    expect(lines[0]).toMatch(/^skipped 1 test \[needs root\]: run as root/)
    expect(lines[1]).toBe('skipped without a stated need: plain > c')
    expect(lines[2]).toBe('HOTMOUNT_NO_SKIPS is set: 2 tests skipped, the run fails')
  })

  it('read several needs from one mark or from several', () => {
    expect(needsOf('a [needs nginx, root] > b [needs vim]')).toEqual(['nginx', 'root', 'vim'])
  })
})

describe('a run with the reporter', () => {
  let directory: string
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'hotmount-reporter-'))
    await symlink(path.join(root, 'node_modules'), path.join(directory, 'node_modules'))
    await writeFile(
      path.join(directory, 'vitest.config.ts'),
      `import { SkipsReporter } from '${path.join(root, 'test/support/skips-reporter.ts')}'
export default { test: { globals: true, reporters: ['default', new SkipsReporter()] } }`,
    )
    await writeFile(
      path.join(directory, 'skips.test.js'),
      `it('runs', () => {})
describe.skip('server [needs nginx]', () => { it('a', () => {}); it('b', () => {}) })`,
    )
    await writeFile(
      path.join(directory, 'hook.test.js'),
      `describe('hook', () => { beforeAll(() => { throw new Error('hook') }); it('never runs', () => {}) })`,
    )
    await writeFile(path.join(directory, 'broken.test.js'), `throw new Error('file')`)
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const run = (file: string, noSkips: '0' | '1'): Promise<{ code: number | null; lines: string[] }> =>
    new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', directory, file],
        { env: { PATH: process.env['PATH'], HOTMOUNT_NO_SKIPS: noSkips, NO_COLOR: '1' } },
        (_error, stdout) => resolve({ code: child.exitCode, lines: stdout.trimEnd().split('\n') }),
      )
    })

  it('ends with what was skipped and the counts, and passes', async () => {
    const { code, lines } = await run('skips', '0')
    expect(lines.slice(-3)).toEqual([
      'skipped 2 tests: nginx is not installed',
      'to run them: apt-get install nginx-light',
      '1 passed, 0 failed, 2 skipped',
    ])
    expect(code).toBe(0)
  })

  it('fails where skips are forbidden', async () => {
    const { code, lines } = await run('skips', '1')
    expect(lines.at(-1)).toBe('1 passed, 0 failed, 2 skipped')
    expect(code).toBe(1)
  })

  it('counts tests behind a broken hook and broken files as failed, not as skipped', async () => {
    const [hook, broken] = [await run('hook', '0'), await run('broken', '0')]
    expect(hook.lines.at(-1)).toBe('0 passed, 1 failed')
    expect(broken.lines.at(-1)).toBe('0 passed, 1 failed')
    expect([hook.code, broken.code]).toEqual([1, 1])
  })
})
