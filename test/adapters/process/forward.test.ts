import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { forwardSignals } from '../../../packages/adapters/src/process/forward.js'
import { supervise } from '@hotmount/adapters/process'
import { scratch } from './children.js'

const start = async (
  script: string,
): Promise<{ supervisor: ReturnType<typeof supervise>; log: () => string[] }> => {
  const file = join(scratch(), 'log')
  const supervisor = supervise(
    ['sh', '-c', `${script}; echo ready >>$0; while :; do sleep 0.05; done`, file],
    {
      stopSignal: 'SIGUSR1',
      restart: 'always',
    },
  )
  onTestFinished(async () => void (await supervisor.stop()))
  const log = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  await vi.waitFor(() => expect(log()).toContain('ready'), 5000)
  return { supervisor, log }
}

describe('forward', () => {
  it.each(['SIGHUP', 'SIGUSR2', 'SIGWINCH'] as const)('passes %s on', async (name) => {
    const { supervisor, log } = await start(`trap 'echo got >>$0' ${name.slice(3)}`)
    supervisor.forward()
    process.kill(process.pid, name)
    await vi.waitFor(() => expect(log()).toEqual(['ready', 'got']))
    expect(supervisor.state).toBe('running')
  })
  it.each(['SIGTERM', 'SIGINT'] as const)('makes %s the stop signal', async (name) => {
    const { supervisor, log } = await start(`trap 'echo got >>$0; exit 3' USR1`)
    supervisor.forward()
    process.kill(process.pid, name)
    await expect(supervisor.exited).resolves.toBe(3)
    expect(log()).toEqual(['ready', 'got'])
  })
  it('passes QUIT on, and starts nothing again after it', async () => {
    const { supervisor, log } = await start(`trap 'echo got >>$0; exit 0' QUIT`)
    supervisor.forward()
    process.kill(process.pid, 'SIGQUIT')
    await expect(supervisor.exited).resolves.toBe(0)
    expect(log()).toEqual(['ready', 'got'])
  })
  it('ends with the function it returns', () => {
    const heard: string[] = []
    const undo = forwardSignals({ stop: () => Promise.resolve(0), pass: (name) => heard.push(name) })
    process.emit('SIGHUP', 'SIGHUP')
    undo()
    process.emit('SIGHUP', 'SIGHUP')
    expect(heard).toEqual(['SIGHUP'])
  })
})
