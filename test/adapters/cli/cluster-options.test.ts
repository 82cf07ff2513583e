import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type AnyReaction, type ReactionContext, ReactionError, toMs } from '@hotmount/core'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it } from 'vitest'
import { actingArgs, actingPlan } from '../../../packages/adapters/src/cli/act.js'
import { inOwnTime } from '../../../packages/adapters/src/cli/plan/own-time.js'
import type { Plan } from '../../../packages/adapters/src/cli/plan/plan.js'
import { stageMs } from '../../../packages/adapters/src/cli/plan/together.js'
import { sitting } from '../../../packages/adapters/src/cli/sidecar.js'
import { mounted } from '../../support/mounted.js'
import { podEnv } from './cluster-rig.js'
import { bin, finish, launchNode, logged, temporary, volume } from './support.js'
import { apiServer } from '../../support/api-server/start.js'

const base = ['--mount', '/etc/app', '--reload-command', 'true']
const planOf = async (argv: readonly string[], env: Record<string, string> = {}): Promise<Plan> =>
  (await actingPlan(actingArgs(argv, sitting, env), sitting)).plan
const file = async (text: string): Promise<string> => {
  const written = path.join(await temporary(), 'hotmount.yaml')
  await writeFile(written, text)
  return written
}

describe('--report and --one-at-a-time', () => {
  it('are neither unless asked for, by flag, variable or file', async () => {
    const none = await planOf(base)
    expect(none.tell).toBeUndefined()
    expect(none.reactions[0]?.turn).toBeUndefined()
    const flags = await planOf([...base, '--report', '--one-at-a-time', 'shop', '--timeout', '10s'])
    const variables = await planOf([...base, '--timeout', '10s'], {
      HOTMOUNT_REPORT: 'true',
      HOTMOUNT_ONE_AT_A_TIME: 'shop',
    })
    expect(variables).toEqual(flags)
    expect(flags.tell).toEqual({ events: true, annotate: true, names: [undefined] })
    expect(flags.reactions[0]).toMatchObject({
      timeoutMs: 10_000,
      turn: { lease: 'shop', waitMs: 600_000 },
      pace: { retry: { max: 30_000 } },
    })
  })
  it('leave each stage its own time, and wait besides', async () => {
    const [reaction] = (await planOf([...base, '--one-at-a-time', 'shop'])).reactions
    expect(reaction && stageMs(reaction)).toBe(700_000)
  })
  it('take the longest time that there is for a stage, too', async () => {
    const [reaction] = (await planOf([...base, '--one-at-a-time', 'shop', '--timeout', '576h'])).reactions
    expect(reaction && toMs(stageMs(reaction), 'timeout')).toBeGreaterThanOrEqual(576 * 3_600_000)
  })
  it('are printed, and beat what the file says, but not how it waits', async () => {
    const config = await file(`mounts: { a: /a }
report: false
reactions:
  - signal: HUP
    to: { process: x }
    oneAtATime: { lease: one, wait: 1m, retry: 1s, duration: 9s, namespace: other }
`)
    const given = ['sidecar', '--config', config, '--report', '--one-at-a-time', 'two', '--print-config']
    const { code, out } = await finish(given)
    expect(code).toBe(0)
    expect(out).toContain('report: true')
    expect(out).toMatch(/lease: two\n\s+wait: 1m\n/)
    const { reactions, tell } = await planOf(['--config', config])
    expect(tell).toBeUndefined()
    expect(reactions[0]?.turn).toEqual({
      lease: 'one',
      namespace: 'other',
      waitMs: 60_000,
      retryMs: 1000,
      durationMs: 9000,
    })
  })
  it.each<[flags: string, message: string]>([
    ['--one-at-a-time Shop_Config', '--one-at-a-time: lease: is no name of a Lease'],
    ['--report --report', '--report is given twice'],
  ])('refuses %s', async (flags, message) => {
    const { code, err } = await finish(['sidecar', ...base, ...flags.split(' ')])
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
  it.each<[what: string, text: string, message: string]>([
    ['a Lease that is none', 'oneAtATime: Shop', 'the name of a Lease, as in shop-config'],
    ['no wait', 'oneAtATime: { lease: a, wait: 0s }', 'no time at all'],
    ['looks that are too rare', 'oneAtATime: { lease: a, retry: 20s }', 'retry < renewWithin < duration'],
  ])('refuses a file with %s', async (_, text, message) => {
    const config = await file(`mounts: { a: /a }\nreactions:\n  - command: 'true'\n    ${text}\n`)
    const { code, err } = await finish(['sidecar', '--config', config])
    expect(code).toBe(2)
    expect(err).toMatch(/hotmount\.yaml:4:\d+ reactions\[0\]\.oneAtATime/)
    expect(err).toContain(message)
  })
  it('asks for names where a pod has several reactions to report', async () => {
    const config = await file(`mounts: { a: /a }
reactions:
  - command: 'true'
  - { name: tls, command: 'true' }
  - { name: tls, command: 'true' }
  - { name: a b, command: 'true' }
report: { events: true }
`)
    const { code, err } = await finish(['sidecar', '--config', config])
    expect(code).toBe(2)
    expect(err).toContain('3 mistakes')
    expect(err).toMatch(/:3:\d+ reactions\[0\]: to report, each of several reactions needs a name/)
    expect(err).toMatch(/:5:\d+ reactions\[2\]\.name: to report, each reaction needs a name of its own/)
    expect(err).toMatch(/:6:\d+ reactions\[3\]\.name: name: cannot be part of an annotation/)
    const neither = await file(
      `mounts: { a: /a }\nreactions: [{ command: 'true' }]\nreport: { events: false, annotate: false }\n`,
    )
    expect((await finish(['sidecar', '--config', neither])).err).toContain('neither Events nor annotations')
  })
})

describe('a sidecar', () => {
  it.each([
    [false, []],
    [true, ['--report']],
    [true, ['--one-at-a-time', 'shop']],
  ])('loads what talks to an API server: %s, with %j', async (isLoaded, flags) => {
    const server = await apiServer()
    const mount = await volume({ a: '1' })
    // Only that imports node:https.
    const look = `process.on('exit', () => console.log(process.moduleLoadList.includes('NativeModule https')))`
    const running = launchNode(
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(look)}`,
        bin,
        'sidecar',
        '--mount',
        mount.path,
        '--reload-command',
        'true',
        ...flags,
      ],
      await podEnv(server, 'shop-0', []),
    )
    await logged(running, { msg: 'config applied' })
    running.child.kill('SIGTERM')
    expect(await running.exited).toBe(0)
    expect(running.out()).toBe(`${isLoaded}\n`)
  })
})

const context = async (signal: AbortSignal, clock = fakeClock()): Promise<ReactionContext> => {
  const { mount } = await mounted({ a: '1' })
  const { snapshot } = mount
  const change = { previous: snapshot, snapshot, added: [], changed: [], removed: [] }
  return {
    signal,
    attempt: 1,
    timeoutMs: 9000,
    clock,
    change: change as unknown as ReactionContext['change'],
    latest: () => snapshot,
    resync: () => Promise.resolve(snapshot),
  }
}
const ended = ({ signal }: ReactionContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))))

describe('a reaction in its own time', () => {
  it.each(['check', 'apply', 'verify', 'rollback'] as const)('ends its %s, and says so', async (stage) => {
    const seen: number[] = []
    const work = async (_: unknown, own: ReactionContext): Promise<never> => {
      seen.push(own.timeoutMs)
      return ended(own)
    }
    const slow: AnyReaction = { name: 'slow', check: work, apply: work, verify: work, rollback: work }
    const clock = fakeClock()
    const given = await context(new AbortController().signal, clock)
    const made = inOwnTime(slow, 500)
    const run = made[stage] as (what: unknown, context: ReactionContext) => Promise<unknown>
    const failure = run(given.change, given).catch((error: unknown) => error)
    await clock.advance(499)
    await clock.advance(1)
    const error = await failure
    expect(error).toBeInstanceOf(ReactionError)
    expect(error).toMatchObject({ code: 'TIMED_OUT', message: expect.stringContaining('longer than 500 ms') })
    expect(seen).toEqual([500])
  })
  it('passes on what ends it from outside, and what it returns', async () => {
    const ending = new AbortController()
    const given = await context(ending.signal)
    const made = inOwnTime({ name: 'x', apply: () => 7, verify: (_, own) => ended(own) }, 500)
    expect(await made.apply(given.change, given)).toBe(7)
    expect(Object.keys(made)).toEqual(['name', 'apply', 'verify'])
    const failure = Promise.resolve(made.verify?.(7, given)).catch((error: unknown) => error)
    ending.abort()
    expect(await failure).toEqual(new Error('ended'))
  })
})
