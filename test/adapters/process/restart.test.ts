import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { supervise, type SuperviseOptions, type Supervisor } from '@hotmount/adapters/process'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  countFailure,
  restartDelay,
  shouldRestart,
} from '../../../packages/adapters/src/process/restart-policy.js'
import { changeOf, contextOf, snapshotOf } from './changes.js'
import { scratch } from './children.js'

const change = changeOf({ LEVEL: 'info' }, { LEVEL: 'debug' })
const context = contextOf(change)
const env = (snapshot: { text(key: string): string }): NodeJS.ProcessEnv => ({
  LEVEL: snapshot.text('LEVEL'),
})
const loop = 'while :; do sleep 0.05; done'

const startScript = async (
  script: string,
  options: SuperviseOptions = {},
): Promise<{ supervisor: Supervisor; log: () => string[] }> => {
  const file = join(scratch(), 'log')
  const supervisor = supervise(['sh', '-c', script, file], options)
  onTestFinished(async () => void (await supervisor.stop()))
  const log = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  await vi.waitFor(() => expect(log().length).toBeGreaterThan(0), 5000)
  return { supervisor, log }
}

describe('restart', () => {
  it('stops the child and starts it with the new environment', async () => {
    const { supervisor, log } = await startScript(
      `trap 'echo bye >>$0; exit' TERM; echo "level $LEVEL" >>$0; ${loop}`,
    )
    const before = supervisor.pid
    const reaction = supervisor.restart({ env })
    const receipt = await reaction.apply(change, context)
    expect(receipt.pid).not.toBe(before)
    await expect(reaction.verify?.(receipt, context)).resolves.toBe(`restarted as pid ${receipt.pid}`)
    expect(log()).toEqual(['level ', 'bye', 'level debug'])
    expect(await supervisor.find()).toEqual(receipt)
    expect(supervisor.state).toBe('running')
  })
  it('goes back to the environment of the last good revision', async () => {
    const { supervisor, log } = await startScript(`echo "level $LEVEL" >>$0; ${loop}`)
    const reaction = supervisor.restart({ env })
    await reaction.apply(change, context)
    await vi.waitFor(() => expect(log()).toHaveLength(2))
    await reaction.rollback?.(snapshotOf({ LEVEL: 'warn' }), context)
    await vi.waitFor(() => expect(log()).toEqual(['level ', 'level debug', 'level warn']))
    expect('rollback' in supervisor.restart()).toBe(false)
  })
  it('fails when the new child does not stay', async () => {
    const { supervisor } = await startScript(`echo x >>$0; test "$LEVEL" = debug && exit 9; ${loop}`)
    const reaction = supervisor.restart({ env })
    const receipt = await reaction.apply(change, context)
    await expect(reaction.verify?.(receipt, context)).rejects.toMatchObject({
      code: 'VERIFY_FAILED',
      reaction: 'restart of child sh',
      stage: 'verify',
      revision: 'r2',
      message: `child sh was restarted as pid ${receipt.pid}, which has exited`,
    })
  })
  it('asks the probe once the child has stayed', async () => {
    const { supervisor } = await startScript(`echo x >>$0; ${loop}`)
    const run = vi.fn<() => Promise<string>>(() => Promise.resolve('answers'))
    const reaction = supervisor.restart({ verify: { describe: 'a probe', run } })
    const receipt = await reaction.apply(change, context)
    await expect(reaction.verify?.(receipt, context)).resolves.toBe(
      `restarted as pid ${receipt.pid}; answers`,
    )
  })
  it.each([
    ['answers meanwhile', true],
    ['still does not answer', false],
  ])('that failed asks again first: a child that %s', async (_what, answers) => {
    const { supervisor } = await startScript(`echo x >>$0; ${loop}`)
    const run = (signal: AbortSignal): Promise<string> =>
      new Promise((resolve, reject) => {
        if (answers) resolve('answers')
        else signal.addEventListener('abort', () => reject(new Error('no answer')))
      })
    const reaction = supervisor.restart({ verify: { describe: 'a probe', run } })
    const first = await reaction.apply(change, context)
    const again = await reaction.apply(change, { ...context, attempt: 2, timeoutMs: 200 })
    expect(again.pid === first.pid).toBe(answers)
    expect((await reaction.apply(change, context)).pid).not.toBe(again.pid)
  })
  it('starts a child that waits for its next start at once', async () => {
    const { supervisor, log } = await startScript('echo x >>$0; test "$LEVEL" = debug || exit 1; sleep 60', {
      restart: 'onFailure',
    })
    await vi.waitFor(() => expect(supervisor.state).toBe('backoff'))
    await supervisor.restart({ env }).apply(change, context)
    await vi.waitFor(() => expect(log()).toEqual(['x', 'x']))
    expect(supervisor.state).toBe('running')
  })
  it('fails for a supervisor that has ended', async () => {
    const { supervisor } = await startScript('echo x >>$0')
    await supervisor.exited
    await expect(supervisor.restart().apply(change, context)).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      revision: 'r2',
      message: 'child sh has ended and is not started again',
    })
  })
  it('passes the reason on when aborted, and still ends up running', async () => {
    const { supervisor } = await startScript(`trap 'sleep 1; exit' TERM; echo x >>$0; ${loop}`)
    const controller = new AbortController()
    const applying = supervisor.restart().apply(change, contextOf(change, controller.signal))
    const reason = new Error('out of time')
    controller.abort(reason)
    await expect(applying).rejects.toBe(reason)
    await vi.waitFor(() => expect(supervisor.state).toBe('running'), 5000)
  })
})

it('signal goes to the child of the supervisor', async () => {
  const { supervisor, log } = await startScript(`trap 'echo hup >>$0' HUP; echo x >>$0; ${loop}`)
  const reaction = supervisor.signal('SIGHUP', { verify: 'alive' })
  const evidence = await reaction.verify?.(await reaction.apply(change, context), context)
  expect(evidence).toBe(`pid ${supervisor.pid} is still there after 1000 ms`)
  expect(log()).toEqual(['x', 'hup'])
})

describe('policy', () => {
  it.each([
    ['never', 1, false],
    ['onFailure', 0, false],
    ['onFailure', 1, true],
    ['always', 0, true],
  ] as const)('%s with exit code %i: %s', (policy, code, expected) => {
    expect(shouldRestart(policy, code)).toBe(expected)
  })
  it('doubles the pause up to 30 s, half of it by chance', () => {
    expect([1, 2, 3, 7, 50].map((failures) => restartDelay(failures, 0))).toEqual([
      250, 500, 1000, 15_000, 15_000,
    ])
    expect([1, 2, 3, 7, 50].map((failures) => restartDelay(failures, 1))).toEqual([
      500, 1000, 2000, 30_000, 30_000,
    ])
  })
  it('begins anew after a run of 30 s', () => {
    expect([countFailure(4, 29_999), countFailure(4, 30_000)]).toEqual([5, 1])
  })
})
