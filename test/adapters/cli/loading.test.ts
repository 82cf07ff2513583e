import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { startCatcher } from '../process/children.js'
import { launchNode, logged, temporary, volume } from './support.js'

/** What is published: few files. */
const bundle = fileURLToPath(new URL('../../../packages/adapters/dist/bin/hotmount.cjs', import.meta.url))
const hook = path.join(import.meta.dirname, 'fixtures/loaded.cjs')

/** What an idle sidecar has no use for, and would hold for weeks. docs/adr/0009-few-files.md */
const dear = ['child_process', 'crypto', 'http', 'net', 'perf_hooks', 'stream', 'tty']

const namesIn = (list: string): readonly string[] =>
  list.split('\n').map((line) => line.replace('NativeModule ', ''))

it('begins, signals and waits without any of the modules that cost the most memory', async () => {
  const loaded = path.join(await temporary(), 'loaded')
  const [mount, target] = [await volume({ a: '1' }), await startCatcher('SIGHUP')]
  const pidFile = path.join(await temporary(), 'pid')
  await writeFile(pidFile, `${target.pid}\n`)
  const flags = ['--mount', mount.path, '--signal', 'HUP', '--pid-file', pidFile]
  const running = launchNode(['--require', hook, bundle, 'sidecar', ...flags], {
    ...process.env,
    LOADED: loaded,
  })
  await logged(running, { msg: 'config applied' })
  running.child.kill('SIGTERM')
  expect(await running.exited).toBe(0)
  const names = namesIn(await readFile(loaded, 'utf8'))
  expect(names).toContain('fs')
  expect(dear.filter((name) => names.includes(name))).toEqual([])
})

it('would find one of them that is loaded', async () => {
  const file = path.join(await temporary(), 'loaded')
  const env = { ...process.env, LOADED: file }
  execFileSync(process.execPath, ['--require', hook, '--eval', "require('node:http')"], { env })
  expect(namesIn(await readFile(file, 'utf8'))).toEqual(expect.arrayContaining(['http', 'net', 'stream']))
})
