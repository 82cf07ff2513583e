import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@hotmount/core'
import {
  supervise,
  type SuperviseOptions,
  type Supervisor,
  type SupervisorEvent,
} from '@hotmount/adapters/process'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { hasMembers } from '../../../packages/adapters/src/process/group.js'
import { scratch } from './children.js'

type Argv = readonly [string, ...string[]]

/** A supervised shell script, `$0` is its log. It has started when the log has a first line. */
const startScript = async (
  script: string,
  options: SuperviseOptions = {},
): Promise<{ supervisor: Supervisor; log: () => string[]; events: SupervisorEvent[] }> => {
  const file = join(scratch(), 'log')
  const events: SupervisorEvent[] = []
  const argv: Argv = ['sh', '-c', script, file]
  const supervisor = supervise(argv, { grace: '5s', ...options, onEvent: (event) => events.push(event) })
  onTestFinished(async () => void (await supervisor.stop()))
  const log = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  await vi.waitFor(() => expect(log().length).toBeGreaterThan(0), 5000)
  return { supervisor, log, events }
}
const loop = 'while :; do sleep 0.05; done'

describe('exit codes', () => {
  it.each<[script: string, code: number]>([
    ['exit 0', 0],
    ['exit 7', 7],
    ['kill -s TERM $$', 143],
    ['kill -s KILL $$', 137],
    ['kill -s HUP $$', 129],
  ])('%s is %i', async (script, code) => {
    const supervisor = supervise(['sh', '-c', script])
    await expect(supervisor.exited).resolves.toBe(code)
    expect(supervisor.state).toBe('exited')
    expect(supervisor.pid).toBeUndefined()
  })
  it.each<[argv: Argv, code: number, errno: string]>([
    [['hotmount-none'], 127, 'ENOENT'],
    [['/'], 126, 'EACCES'],
  ])('%j cannot be started: %i', async (argv, code, errno) => {
    const events: SupervisorEvent[] = []
    const supervisor = supervise(argv, { restart: 'always', onEvent: (event) => events.push(event) })
    await expect(supervisor.exited).resolves.toBe(code)
    expect(events).toMatchObject([{ kind: 'exited', exit: { unstartable: errno }, wanted: false }])
  })
})

describe('stop', () => {
  it('sends the stop signal to the child and waits for it', async () => {
    const { supervisor, log } = await startScript(
      `trap 'echo quit >>$0; exit 5' QUIT; echo ready >>$0; ${loop}`,
      {
        stopSignal: 'SIGQUIT',
      },
    )
    await expect(supervisor.stop()).resolves.toBe(5)
    expect(log()).toEqual(['ready', 'quit'])
  })
  it('kills the whole group after the grace', async () => {
    const { supervisor } = await startScript(
      `trap '' TERM; sh -c "trap '' TERM; ${loop}" & echo ready >>$0; ${loop}`,
      {
        grace: 300,
      },
    )
    const pgid = supervisor.pid ?? 0
    expect(hasMembers(pgid)).toBe(true)
    const start = systemClock.now()
    await expect(supervisor.stop()).resolves.toBe(137)
    expect(systemClock.now() - start).toBeGreaterThanOrEqual(300)
    expect(hasMembers(pgid)).toBe(false)
  })
  it('ends a grandchild that a shell leaves behind, gracefully', async () => {
    const script = `sh -c "trap 'echo bye >>$0; exit' TERM; echo ready >>$0; ${loop}" & wait`
    const { supervisor, log } = await startScript(script)
    await expect(supervisor.stop()).resolves.toBe(143)
    expect(log()).toEqual(['ready', 'bye'])
  })
  it('gives the child and what it leaves behind one grace together', async () => {
    const stubborn = `sh -c "trap '' TERM; echo ready >>$0; ${loop}" &`
    const { supervisor } = await startScript(`trap 'sleep 0.6; exit 0' TERM; ${stubborn} ${loop}`, {
      grace: 1000,
    })
    const pgid = supervisor.pid ?? 0
    const start = systemClock.now()
    await expect(supervisor.stop()).resolves.toBe(0)
    const tookMs = systemClock.now() - start
    expect(tookMs).toBeGreaterThanOrEqual(1000)
    expect(tookMs).toBeLessThan(1500)
    expect(hasMembers(pgid)).toBe(false)
  })
  it('may be called twice, and after the end', async () => {
    const { supervisor } = await startScript(`echo ready >>$0; ${loop}`)
    await expect(Promise.all([supervisor.stop(), supervisor.stop()])).resolves.toEqual([143, 143])
    await expect(supervisor.stop()).resolves.toBe(143)
    await supervisor[Symbol.asyncDispose]()
  })
})

describe('starting again', () => {
  it.each([
    ['onFailure', 'exit 3'],
    ['always', 'exit 0'],
  ] as const)('policy %s does so after %s', async (restart, script) => {
    const { log, events } = await startScript(`echo $$ >>$0; ${script}`, { restart })
    await vi.waitFor(() => expect(new Set(log()).size).toBeGreaterThan(1), 5000)
    expect(events.map(({ kind }) => kind).slice(0, 4)).toEqual(['started', 'exited', 'backoff', 'started'])
  })
  it.each([
    ['onFailure', 'exit 0', 0],
    ['never', 'exit 3', 3],
  ] as const)('policy %s does not after %s', async (restart, script, code) => {
    const { supervisor, log } = await startScript(`echo $$ >>$0; ${script}`, { restart })
    await expect(supervisor.exited).resolves.toBe(code)
    expect(log()).toHaveLength(1)
  })
  it('ends what the old child left behind before the next one starts', async () => {
    const { supervisor, log } = await startScript(
      `sh -c "trap 'echo worker gone >>$0; exit' TERM; echo worker >>$0; ${loop}" & while ! grep -q worker $0; do :; done; exit 1`,
      { restart: 'onFailure' },
    )
    await vi.waitFor(() => expect(log().length).toBeGreaterThan(2), 5000)
    await supervisor.stop()
    expect(log().slice(0, 3)).toEqual(['worker', 'worker gone', 'worker'])
  })
  it('is given up by stop() during the pause', async () => {
    let [pauseMs, pausedAt] = [0, 0]
    const file = join(scratch(), 'log')
    const onEvent = (event: SupervisorEvent): void => {
      if (event.kind === 'backoff') [pauseMs, pausedAt] = [event.ms, systemClock.now()]
    }
    const supervisor = supervise(['sh', '-c', 'echo x >>$0; exit 4', file], { restart: 'always', onEvent })
    await vi.waitFor(() => expect(supervisor.state).toBe('backoff'), { interval: 5 })
    await expect(supervisor.stop()).resolves.toBe(4)
    expect(systemClock.now() - pausedAt).toBeLessThan(pauseMs)
    expect(readFileSync(file, 'utf8')).toBe('x\n')
  })
})

it('leaves no listener on the process and no child', async () => {
  const names = ['exit', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGQUIT', 'SIGWINCH'] as const
  const count = (): number[] => names.map((name) => process.listenerCount(name))
  const before = count()
  const { supervisor } = await startScript(`echo ready >>$0; ${loop}`)
  const started = count()
  expect(started.slice(1)).toEqual(before.slice(1))
  supervisor.forward()
  expect(count()).toEqual(started.map((value, index) => value + (index === 0 ? 0 : 1)))
  await supervisor.stop()
  expect(count()).toEqual(before)
  await expect(supervisor.find()).rejects.toMatchObject({
    code: 'TARGET_NOT_FOUND',
    retryable: false,
    hint: expect.stringContaining('restart policy'),
  })
})
