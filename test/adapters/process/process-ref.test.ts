import { copyFileSync, utimesSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pidFile, processMatching, processNamed } from '@hotmount/adapters/process'
import { describe, expect, it, vi } from 'vitest'
import { isStale } from '../../../packages/adapters/src/process/pid-file.js'
import type { Process } from '../../../packages/adapters/src/process/proc.js'
import { listProcesses, readProcess } from '../../../packages/adapters/src/process/procfs.js'
import { scratch, startNode, startReady } from './children.js'

let count = 0
/** A name that no other process has. */
const unique = (): string => `hm${process.pid}x${++count}`
const startNamed = (name: string): ReturnType<typeof startReady> =>
  startReady('sh', ['-c', 'echo ready; sleep 60', '--token=swordfish'], { argv0: name })

// Its child ends only once the shell has become a program that reaps nobody.
const zombieMaker =
  '(while [ "$(cat /proc/$$/comm)" != sleep ]; do :; done; exec "$0") & echo $!; exec sleep 60'

describe('processNamed and processMatching', () => {
  it('find one process, with its start time', async () => {
    const name = unique()
    const { pid } = await startNamed(name)
    const expected = { pid, startTime: readProcess(pid)?.startTime }
    expect(await processNamed(name).find()).toEqual(expected)
    expect(await processMatching(new RegExp(`^${name} -c`)).find()).toEqual(expected)
  })
  it('find the master, not its workers, also when a worker has the lower pid', async () => {
    const name = unique()
    const workers = `
      const { spawn } = require('node:child_process')
      for (let n = 0; n < 2; n++) spawn('sleep', ['60'], { argv0: '${name}' })
      console.log('ready')`
    const { pid } = await startNode(workers, { argv0: name })
    await vi.waitFor(() => expect(listProcesses(({ ppid }) => ppid === pid)).toHaveLength(2))
    expect(await processNamed(name).find()).toMatchObject({ pid })
  })
  it('list all candidates and pick none, without a command line', async () => {
    const name = unique()
    const pids = [(await startNamed(name)).pid, (await startNamed(name)).pid]
    const error: unknown = await processNamed(name)
      .find()
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'TARGET_AMBIGUOUS', hint: expect.stringContaining('pidFile') })
    for (const pid of pids) expect(String(error)).toContain(`${pid} (sh, started at tick`)
    expect(String(error)).not.toContain('swordfish')
  })
  it.each([processNamed(unique()), processMatching(/^no such process/g)])(
    'say that there is none: $describe',
    async (ref) => {
      await expect(ref.find()).rejects.toMatchObject({
        code: 'TARGET_NOT_FOUND',
        retryable: true,
        message: `there is no ${ref.describe}`,
        hint: expect.stringContaining('shareProcessNamespace'),
      })
    },
  )
  it('find no zombie', async () => {
    const program = join(scratch(), unique())
    copyFileSync('/bin/true', program)
    const { lines } = await startReady('sh', ['-c', zombieMaker, program])
    const zombie = (): Process | undefined => readProcess(Number(lines[0]))
    await vi.waitFor(() => expect(zombie()?.state).toBe('Z'))
    expect(zombie()?.comm).toBe(basename(program))
    await expect(processNamed(basename(program)).find()).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
  })
})

const fileWith = (text: string): string => {
  const path = join(scratch(), 'app.pid')
  writeFileSync(path, text)
  return path
}
const failure = async (path: string): Promise<{ code: string; message: string }> =>
  pidFile(path)
    .find()
    .then(
      () => ({ code: 'found', message: '' }),
      (error: { code: string; message: string }) => error,
    )

describe('pidFile', () => {
  it.each(['%\n', '  %', '%\r\n', '%\n/var/lib/data\n5432\n'])('reads the first line of %j', async (text) => {
    const { pid } = await startNamed(unique())
    expect(await pidFile(fileWith(text.replace('%', String(pid)))).find()).toMatchObject({ pid })
  })
  it.each(['', 'x', '0', '-1', '1.5', '12x', 'swordfish', '\n7\n'])(
    'refuses %j without quoting it',
    async (text) => {
      const path = fileWith(text)
      expect(await failure(path)).toMatchObject({
        code: 'TARGET_NOT_FOUND',
        message: `pid file ${path} holds no pid on its first line`,
      })
    },
  )
  it('tells when the file is missing', async () => {
    const path = join(scratch(), 'none.pid')
    expect(await failure(path)).toMatchObject({
      code: 'TARGET_NOT_FOUND',
      message: `cannot read pid file ${path} (ENOENT)`,
    })
  })
  it('refuses a pid that is not alive, and a zombie', async () => {
    expect((await failure(fileWith('4194304'))).message).toContain('no such process is alive')
    const { lines } = await startReady('sh', ['-c', zombieMaker, 'true'])
    await vi.waitFor(() => expect(readProcess(Number(lines[0]))?.state).toBe('Z'))
    expect((await failure(fileWith(lines[0] ?? ''))).message).toContain('no such process is alive')
  })
  it('refuses a file that is older than the process: the pid was given to another', async () => {
    const { pid } = await startNamed(unique())
    const path = fileWith(String(pid))
    utimesSync(path, new Date(), new Date(Date.now() - 60_000))
    expect((await failure(path)).message).toBe(
      `pid file ${path} is older than the process with pid ${pid} (sh)`,
    )
  })
  it.each([
    [5000, false],
    [-5000, false],
    [-11_000, true],
  ])('a file written %i ms after the start is stale: %s', (afterMs, expected) => {
    const boot = 1_700_000_000_000
    expect(isStale(boot + 60_000 + afterMs, 6000, boot)).toBe(expected)
  })
})
