import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { hasMembers } from '../../../packages/adapters/src/process/group.js'
import { describeEnding, run } from '../../../packages/adapters/src/process/spawn.js'
import { scratch } from './children.js'

const calm = { signal: new AbortController().signal, timeoutMs: 10_000 }
const sh = (script: string, ...args: string[]): readonly [string, ...string[]] => [
  'sh',
  '-c',
  script,
  'sh',
  ...args,
]

describe('run', () => {
  it.each([
    ['exit 0', { kind: 'exit', code: 0 }, 'exited with code 0'],
    ['exit 3', { kind: 'exit', code: 3 }, 'exited with code 3'],
    ['kill -s KILL $$', { kind: 'signal', signal: 'SIGKILL' }, 'was ended by SIGKILL'],
  ])('tells how `%s` ended', async (script, ending, words) => {
    const outcome = await run(sh(script), calm)
    expect(outcome.ending).toEqual(ending)
    expect(describeEnding(outcome.ending)).toBe(words)
  })
  it.each([
    [['hotmount-no-such-program'], 'was not found'],
    [['/'], 'could not be started (EACCES)'],
    [['sh', '-c', 'a\0b'], 'could not be started (ERR_INVALID_ARG_VALUE)'],
  ] as const)('tells why %j was not started', async (argv, words) => {
    expect(describeEnding((await run([...argv] as [string], calm)).ending)).toBe(words)
  })
  it('takes arguments as they are: no shell reads them', async () => {
    const { output } = await run(['printf', '%s', '$HOME; `id` "x"'], calm)
    expect(output).toBe('$HOME; `id` "x"')
  })
  it('captures both streams in order, also when the program opens them by name', async () => {
    const { output } = await run(
      sh('echo one; echo two >&2; echo three >>/dev/stderr; echo four >>/dev/stdout; echo five'),
      calm,
    )
    expect(output).toBe('one\ntwo\nthree\nfour\nfive\n')
  })
  it('adds to the environment and gives no stdin', async () => {
    const { output } = await run(sh('cat; echo "$MARK $HOME"'), { ...calm, env: { MARK: 'here' } })
    expect(output).toBe(`here ${process.env['HOME']}\n`)
  })
  it('keeps the last 8 KiB, from the beginning of a line', async () => {
    const { output } = await run(sh('seq 1 5000'), calm)
    expect(output.length).toBeLessThanOrEqual(8192)
    expect(output).toMatch(/^\d{4}\n(?:\d{4}\n)+5000\n$/)
    expect(Number(output.slice(0, 4)) + output.length / 5 - 1).toBe(5000)
  })
  it('shows nothing of a line that is longer than that', async () => {
    const { output } = await run(sh('head -c 20000 /dev/zero | tr "\\0" x'), calm)
    expect(output).toBe('')
  })
})

// A grandchild that ignores TERM, and tells its group.
const stubborn = (file: string): readonly [string, ...string[]] =>
  sh('sh -c "trap \\"\\" TERM; echo $$ >$1; while :; do sleep 1; done" & wait', file)
const groupIn = async (file: string): Promise<number> =>
  vi.waitFor(() => {
    const pgid = Number(readFileSync(file, 'utf8'))
    expect(pgid).toBeGreaterThan(1)
    return pgid
  })

describe('a command that does not end', () => {
  it('is ended at the time-out, with everything it started', async () => {
    const file = join(scratch(), 'pgid')
    const done = run(stubborn(file), { signal: calm.signal, timeoutMs: 500, graceMs: 100 })
    const pgid = await groupIn(file)
    expect(hasMembers(pgid)).toBe(true)
    expect((await done).ending).toEqual({ kind: 'timeout', ms: 500 })
    expect(hasMembers(pgid)).toBe(false)
  })
  it('is ended when aborted, and the reason passes through', async () => {
    const file = join(scratch(), 'pgid')
    const controller = new AbortController()
    const done = run(stubborn(file), { signal: controller.signal, timeoutMs: 10_000, graceMs: 100 })
    const pgid = await groupIn(file)
    const reason = new Error('closing')
    controller.abort(reason)
    await expect(done).rejects.toBe(reason)
    expect(hasMembers(pgid)).toBe(false)
  })
  it('is not even started when aborted before', async () => {
    const file = join(scratch(), 'mark')
    const signal = AbortSignal.abort(new Error('closed'))
    await expect(run(['touch', file], { ...calm, signal })).rejects.toThrow('closed')
    expect(() => readFileSync(file)).toThrow('ENOENT')
  })
  it('may clean up within the grace', async () => {
    const { output } = await run(sh('trap "echo cleaned; exit" TERM; sleep 60 & wait'), {
      ...calm,
      timeoutMs: 300,
    })
    expect(output).toBe('cleaned\n')
  })
})
