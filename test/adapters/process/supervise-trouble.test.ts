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
import { changeOf, contextOf, snapshotOf } from './changes.js'
import { scratch } from './children.js'

const loop = 'while :; do sleep 0.05; done'
const change = changeOf({ size: '1' }, { size: '200000' })
const context = contextOf(change)

/** A supervised shell script that writes a first line to its log `$0`. */
const start = async (script: string, options: SuperviseOptions = {}) => {
  const file = join(scratch(), 'log')
  const events: SupervisorEvent[] = []
  const supervisor: Supervisor = supervise(['sh', '-c', `${script}; echo ready >>$0; ${loop}`, file], {
    grace: '5s',
    ...options,
    onEvent: (event) => events.push(event),
  })
  onTestFinished(async () => void (await supervisor.stop()))
  const log = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  await vi.waitFor(() => expect(log()).toContain('ready'), 5000)
  return { supervisor, log, events }
}

describe('a restart with an environment that Linux takes no program with', () => {
  it.each(['never', 'always'] as const)('fails and can be rolled back, with policy %s', async (restart) => {
    const { supervisor, log, events } = await start('echo "$BIG" >>$0', { restart })
    const reaction = supervisor.restart({
      env: (snapshot) => ({ BIG: 'x'.repeat(Number(snapshot.text('size'))) }),
    })
    await expect(reaction.apply(change, context)).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      message: 'sh could not be started again (E2BIG)',
      hint: expect.stringContaining('128 KiB'),
      retryable: true,
    })
    await vi.waitFor(() => expect(supervisor.state).toBe('backoff'))
    const receipt = await reaction.rollback?.(snapshotOf({ size: '2' }), context)
    expect(receipt?.pid).toBe(supervisor.pid)
    expect(supervisor.state).toBe('running')
    await vi.waitFor(() => expect(log()).toEqual(['', 'ready', 'xx', 'ready']))
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'exited', 'exited', 'backoff', 'started'])
  })
  it('ends all the same when it is stopped', async () => {
    const { supervisor } = await start(':')
    const reaction = supervisor.restart({ env: () => ({ BIG: 'x'.repeat(200_000) }) })
    await expect(reaction.apply(change, context)).rejects.toMatchObject({ code: 'APPLY_FAILED' })
    await expect(supervisor.stop()).resolves.toBe(126)
  })
})

describe('a QUIT passed on', () => {
  it('wins over a change that comes after it', async () => {
    const { supervisor, log } = await start(`trap 'echo got >>$0; sleep 0.5; exit 0' QUIT`)
    supervisor.forward()
    process.kill(process.pid, 'SIGQUIT')
    await vi.waitFor(() => expect(log()).toContain('got'))
    await expect(supervisor.restart().apply(change, context)).rejects.toMatchObject({
      message: 'child sh has ended and is not started again',
    })
    await expect(supervisor.exited).resolves.toBe(0)
    expect(log()).toEqual(['ready', 'got'])
  })
  it('wins over a change under way', async () => {
    const { supervisor, log } = await start(`trap '' QUIT; trap 'echo term >>$0; sleep 0.5; exit 0' TERM`)
    supervisor.forward()
    const applying = supervisor.restart().apply(change, context)
    await vi.waitFor(() => expect(log()).toContain('term'))
    process.kill(process.pid, 'SIGQUIT')
    await expect(applying).rejects.toMatchObject({ message: 'child sh has ended and is not started again' })
    await expect(supervisor.exited).resolves.toBe(0)
    expect(log()).toEqual(['ready', 'term'])
  })
  it('is forgotten when the child has lived on for the grace', async () => {
    const { supervisor, log, events } = await start(`trap 'echo got >>$0' QUIT`, {
      grace: 200,
      restart: 'onFailure',
    })
    supervisor.forward()
    process.kill(process.pid, 'SIGQUIT')
    await vi.waitFor(() => expect(log()).toContain('got'))
    const heardAt = systemClock.now()
    await vi.waitFor(() => expect(systemClock.now() - heardAt).toBeGreaterThan(400))
    process.kill(supervisor.pid ?? 0, 'SIGKILL')
    await vi.waitFor(() => expect(log()).toEqual(['ready', 'got', 'ready']), 5000)
    expect(events[1]).toMatchObject({ kind: 'exited', wanted: false })
  })
  it('counts for as long as it takes where it is the stop signal', async () => {
    const { supervisor, log } = await start(`trap 'echo got >>$0; sleep 0.6; exit 9' QUIT`, {
      grace: 100,
      stopSignal: 'SIGQUIT',
      restart: 'always',
    })
    supervisor.forward()
    process.kill(process.pid, 'SIGQUIT')
    await expect(supervisor.exited).resolves.toBe(9)
    expect(log()).toEqual(['ready', 'got'])
  })
})

it('a process that ends takes the whole group along', async () => {
  const { supervisor, log } = await start(
    `sh -c "trap 'echo bye >>$0; exit' TERM; echo worker >>$0; ${loop}" & trap '' TERM; until grep -q worker $0; do :; done`,
    { grace: 200 },
  )
  const onExit = process.listeners('exit').at(-1)
  onExit?.call(process, 0)
  await vi.waitFor(() => expect(log()).toContain('bye'))
  expect(supervisor.state).toBe('running')
})

it('can be stopped by who hears of a pause, without waiting for its end', async () => {
  let pauses = 0
  const stopped = new Promise<{ readonly pauseMs: number; readonly tookMs: number }>((resolve) => {
    const supervisor = supervise(['false'], {
      restart: 'always',
      onEvent: (event) => {
        // The third takes a second or two.
        if (event.kind !== 'backoff' || (pauses += 1) < 3) return
        const from = systemClock.now()
        void supervisor.stop().then(() => resolve({ pauseMs: event.ms, tookMs: systemClock.now() - from }))
      },
    })
  })
  const { pauseMs, tookMs } = await stopped
  expect(tookMs).toBeLessThan(pauseMs / 2)
})
