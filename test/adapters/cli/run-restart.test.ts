import { describe, expect, it, vi } from 'vitest'
import { launch, logged, script, volume } from './support.js'

const secret = 'hunter2-is-secret'
const node = process.execPath

/** A child that tells some of its environment; it does not survive APP_MODE=bad. */
const teller = `
console.log('up', JSON.stringify(Object.fromEntries(['APP_MODE', 'APP_COLOR', 'OWN'].map((n) => [n, process.env[n]]))))
if (process.env.APP_MODE === 'bad') process.exit(3)
process.on('SIGTERM', () => process.exit(0))
setInterval(() => {}, 1000)`

const started = (out: () => string): unknown[] =>
  [...out().matchAll(/^up (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as unknown)

const flags = (path: string, ...more: string[]): string[] => ['run', '--mount', path, '--restart', ...more]

describe('hotmount run --restart', () => {
  it('starts the command with --dotenv, and again with each change of it', async () => {
    const mount = await volume({ 'app.env': 'APP_MODE=one\nAPP_COLOR=red\nOWN=theirs', other: secret })
    const child = await script(teller)
    const env = { ...process.env, OWN: 'mine' }
    const running = launch([...flags(mount.path, '--dotenv', 'app.env'), '--', node, child], env)
    await vi.waitFor(
      () => expect(started(running.out)).toEqual([{ APP_MODE: 'one', APP_COLOR: 'red', OWN: 'mine' }]),
      5000,
    )
    // APP_COLOR went away: it must not linger from the first start.
    await mount.swap({ 'app.env': `APP_MODE=two\nTOKEN=${secret}` })
    await logged(running, { msg: 'config applied' })
    expect(started(running.out).slice(1)).toEqual([{ APP_MODE: 'two', OWN: 'mine' }])
    running.child.kill('SIGINT')
    expect(await running.exited).toBe(0)
    expect(running.out() + running.err()).not.toContain('hunter2')
  })

  it('leaves the command alone when the environment is refused', async () => {
    const mount = await volume({ 'app.env': 'APP_MODE=one' })
    const child = await script(teller)
    const running = launch([...flags(mount.path, '--dotenv', 'app.env'), '--', node, child])
    await vi.waitFor(() => expect(started(running.out)).toHaveLength(1), 5000)
    for (const [text, code] of [
      [`APP_MODE=two\nPATH=${secret}`, 'SCHEMA_FAILED'],
      [`APP_MODE=two\n${secret}`, 'PARSE_FAILED'],
    ] as const) {
      const revision = await mount.swap({ 'app.env': text })
      expect(await logged(running, { msg: 'config rejected', revision })).toMatchObject({
        code,
        stage: 'check',
      })
    }
    const revision = await mount.swap({ other: '1' })
    expect(await logged(running, { msg: 'config rejected', revision })).toMatchObject({ code: 'KEY_MISSING' })
    expect(started(running.out)).toHaveLength(1)
    expect(running.out() + running.err()).not.toContain('hunter2')
  })

  it('does not start with an environment that is refused, and ends with 4', async () => {
    const mount = await volume({ 'app.env': `APP_MODE=one\nLD_PRELOAD=${secret}` })
    const child = await script(teller)
    const running = launch([...flags(mount.path, '--dotenv', 'app.env'), '--', node, child])
    expect(await running.exited).toBe(4)
    expect(running.out()).toBe('')
    expect(running.err()).toContain('LD_PRELOAD is denied')
    expect(running.err()).not.toContain('hunter2')
  })

  it('takes each key as a variable with --env-keys', async () => {
    const mount = await volume({ APP_MODE: 'one', APP_COLOR: 'red', 'app.yaml': secret })
    const child = await script(teller)
    const running = launch([...flags(mount.path, '--env-keys'), '--', node, child])
    await vi.waitFor(
      () => expect(started(running.out)).toEqual([{ APP_MODE: 'one', APP_COLOR: 'red' }]),
      5000,
    )
    await mount.swap({ APP_MODE: 'two', 'app.yaml': secret })
    await logged(running, { msg: 'config applied' })
    expect(started(running.out).slice(1)).toEqual([{ APP_MODE: 'two' }])
  })

  it('takes an environment back that the command does not survive', async () => {
    const mount = await volume({ 'app.env': 'APP_MODE=good' })
    const child = await script(teller)
    const more = ['--dotenv', 'app.env', '--restart-policy', 'on-failure']
    const running = launch([...flags(mount.path, ...more), '--', node, child])
    await vi.waitFor(() => expect(started(running.out)).toHaveLength(1), 5000)
    const good = (await mount.published())?.revision
    await mount.swap({ 'app.env': 'APP_MODE=bad' })
    const back = await logged(running, { msg: 'config rolled back' })
    expect(back).toMatchObject({ to: good, code: 'VERIFY_FAILED' })
    expect(started(running.out).at(-1)).toEqual({ APP_MODE: 'good' })
    expect(running.child.exitCode).toBeNull()
  })

  it('stops with --stop-signal, and kills after --grace', async () => {
    const mount = await volume({ a: '1' })
    const child = await script(`
process.on('SIGUSR2', () => console.log('usr2'))
process.on('SIGTERM', () => console.log('term'))
console.log('up {}')
setInterval(() => {}, 1000)`)
    const more = ['--stop-signal', 'USR2', '--grace', '200ms']
    const running = launch([...flags(mount.path, ...more), '--', node, child])
    await vi.waitFor(() => expect(started(running.out)).toHaveLength(1), 5000)
    running.child.kill('SIGTERM')
    // Well before the default of 10 s.
    await vi.waitFor(() => expect(running.child.exitCode).toBe(137), 5000)
    expect(running.out()).toBe('up {}\nusr2\n')
  })
})
