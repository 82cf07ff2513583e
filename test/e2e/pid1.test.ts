import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@hotmount/core'
import { describe, expect, it, vi } from 'vitest'
import { bin, volume } from '../adapters/cli/support.js'
import { scratch } from '../adapters/process/children.js'
import { quoteWords } from '../../packages/adapters/src/cli/words.js'
import { installed } from '../support/servers.js'
import { asPid1, begin, childrenOf, innerPid, mayUnshare, type Started } from './namespace.js'

/** `hotmount run` in front of a shell script whose `$0` is a log, as pid 1 or below what is given. */
const wrap = async (
  script: string,
  {
    flags = [],
    init = [],
    data = { a: '1' },
  }: { flags?: readonly string[]; init?: readonly string[]; data?: Record<string, string> } = {},
): Promise<
  Started & { log: () => string[]; pid1: number; swap: (data: Record<string, string>) => Promise<unknown> }
> => {
  const mount = await volume(data)
  const file = join(scratch(), 'log')
  const run = [
    'run',
    '--mount',
    mount.path,
    ...(flags.includes('--restart') ? [] : ['--signal', 'HUP']),
    ...flags,
  ]
  const [unshare, ...args] = asPid1([...init, process.execPath, bin, ...run, '--', 'sh', '-c', script, file])
  const started = begin(unshare, args)
  const log = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  await vi.waitFor(() => expect(log().length).toBeGreaterThan(0), { timeout: 10_000, interval: 20 })
  return { ...started, log, pid1: await innerPid(started), swap: (next) => mount.swap(next) }
}
const loop = 'while :; do sleep 0.05; done'
const isOver = (log: () => string[], pid: number): void => {
  expect(log()).toHaveLength(5)
  expect(childrenOf(pid).filter(({ comm, state }) => comm === 'sleep' && state !== 'Z')).toEqual([])
}
const zombies = (pid: number): number => childrenOf(pid).filter(({ state }) => state === 'Z').length

describe.skipIf(!mayUnshare)('hotmount run as pid 1 [needs namespaces]', () => {
  it('takes TERM, although pid 1 has no default actions, and passes the exit code on', async () => {
    const { pid1, exited, log, err } = await wrap(
      `trap 'echo bye >>$0; exit 7' TERM; echo $PPID >>$0; ${loop}`,
    )
    process.kill(pid1, 'SIGTERM')
    await expect(exited).resolves.toBe(7)
    expect(log()).toEqual(['1', 'bye'])
    expect(err()).toContain('running as pid 1')
  })
  it.each([
    ['exit 3', 3],
    ['kill -s KILL $$', 137],
  ])('ends with the code of a child that ends by itself: %s', async (script, code) => {
    const { exited } = await wrap(`echo up >>$0; ${script}`)
    await expect(exited).resolves.toBe(code)
  })
  it('stops a stubborn child and its stubborn children within one grace', async () => {
    const script = `trap '' TERM; sh -c "trap '' TERM; ${loop}" & echo up >>$0; ${loop}`
    const { pid1, exited } = await wrap(script, { flags: ['--grace', '1s'] })
    const start = systemClock.now()
    process.kill(pid1, 'SIGTERM')
    await expect(exited).resolves.toBe(137)
    const tookMs = systemClock.now() - start
    expect(tookMs).toBeGreaterThanOrEqual(1000)
    expect(tookMs).toBeLessThan(2500)
  })
  it('restarts the child with its new environment, and only when a key of its own has changed', async () => {
    const { log, swap, pid1, exited, err } = await wrap(`trap 'exit 0' TERM; echo "$LEVEL" >>$0; ${loop}`, {
      data: { LEVEL: 'info', 'site.conf': 'x' },
      flags: ['--keys', 'LEVEL', '--env-keys', '--restart', '--json'],
    })
    await swap({ LEVEL: 'info', 'site.conf': 'y' })
    await swap({ LEVEL: 'debug', 'site.conf': 'z' })
    await vi.waitFor(() => expect(err()).toContain('config applied'), { timeout: 10_000, interval: 20 })
    expect(log()).toEqual(['info', 'debug'])
    process.kill(pid1, 'SIGTERM')
    await expect(exited).resolves.toBe(0)
  })

  // Five orphans that end: only the parent that took them over can take them off the table.
  const orphans = `for n in 1 2 3 4 5; do sh -c 'sleep 0.3 & echo $! >>$0' $0; done; trap 'exit 0' TERM; ${loop}`
  it('cannot reap orphans: they stay as zombies, and do not keep it from ending', async () => {
    const { log, pid1, exited } = await wrap(orphans)
    await vi.waitFor(() => {
      isOver(log, pid1)
      expect(zombies(pid1)).toBe(5)
    }, 5000)
    process.kill(pid1, 'SIGTERM')
    await expect(exited).resolves.toBe(0)
  })
  describe.skipIf(installed('tini') === undefined)('behind tini [needs tini]', () => {
    it('leaves no zombie, is stopped through it, and its code is passed on', async () => {
      const { log, pid1, exited, err } = await wrap(orphans.replace('exit 0', 'exit 9'), {
        init: [installed('tini') ?? 'tini', '--'],
      })
      await vi.waitFor(() => isOver(log, pid1), 5000)
      await vi.waitFor(() => expect(zombies(pid1)).toBe(0), 5000)
      process.kill(pid1, 'SIGTERM')
      await expect(exited).resolves.toBe(9)
      expect(err()).not.toContain('as pid 1')
    })
  })
})

const everyByte = `process.stdout.write(Buffer.from(Array.from({ length: 65_536 * 4 }, (_, n) => n & 255)))`
const expected = Buffer.from(Array.from({ length: 65_536 * 4 }, (_, n) => n & 255))

describe('the output of the child', () => {
  it('goes through a pipe as it is', async () => {
    const mount = await volume({ a: '1' })
    const argv = [
      bin,
      'run',
      '--mount',
      mount.path,
      '--signal',
      'HUP',
      '--',
      process.execPath,
      '-e',
      everyByte,
    ]
    const { bytes, exited } = begin(process.execPath, argv)
    await expect(exited).resolves.toBe(0)
    expect(bytes().equals(expected)).toBe(true)
  })
  describe.skipIf(installed('script') === undefined)('on a terminal [needs script]', () => {
    it.skipIf(!mayUnshare)(
      'and Ctrl-C there reaches it once, as its stop signal, below a pid 1 [needs namespaces]',
      async () => {
        const mount = await volume({ a: '1' })
        const file = join(scratch(), 'log')
        const child = `for s in INT TERM HUP; do trap "echo $s >>$0; exit 9" $s; done; echo up >>$0; ${loop}`
        const run = [bin, 'run', '--mount', mount.path, '--signal', 'HUP', '--', 'sh', '-c', child, file]
        const line = quoteWords(asPid1([process.execPath, ...run]))
        const terminal = begin(installed('script') ?? '', ['-qec', `exec ${line}`, '/dev/null'])
        const log = (): string => readFileSync(file, 'utf8')
        await vi.waitFor(() => expect(log()).toBe('up\n'), { timeout: 10_000, interval: 20 })
        terminal.child.stdin?.write('\u0003')
        await expect(terminal.exited).resolves.toBe(9)
        expect(log()).toBe('up\nTERM\n')
      },
    )
    it('goes through it as it is', async () => {
      const mount = await volume({ a: '1' })
      const run = `run --mount ${mount.path} --signal HUP -- ${process.execPath} -e "${everyByte}"`
      // Without opost, or the terminal itself makes two bytes of each newline.
      const line = `stty -opost; exec ${process.execPath} ${bin} ${run} 2>/dev/null`
      const { bytes, exited } = begin(installed('script') ?? '', ['-qec', line, '/dev/null'])
      await expect(exited).resolves.toBe(0)
      expect(bytes().equals(expected)).toBe(true)
    })
  })
})
