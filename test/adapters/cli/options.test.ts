import { describe, expect, it } from 'vitest'
import { actingArgs, actingPlan } from '../../../packages/adapters/src/cli/act.js'
import { readArgs } from '../../../packages/adapters/src/cli/args.js'
import { mountFlags } from '../../../packages/adapters/src/cli/flags.js'
import { watchingOf } from '../../../packages/adapters/src/cli/mount-flags.js'
import { optionsOf } from '../../../packages/adapters/src/cli/plan/mounts.js'
import type { Plan } from '../../../packages/adapters/src/cli/plan/plan.js'
import { running } from '../../../packages/adapters/src/cli/run.js'
import { sitting } from '../../../packages/adapters/src/cli/sidecar.js'

const watching = (flags: string, keys?: readonly string[]): unknown =>
  optionsOf(
    { ...watchingOf(readArgs(flags.split(' '), mountFlags)), ...(keys && { keys }) },
    [],
    (_path, message) => {
      throw new Error(message)
    },
  )

const planned = async (flags: string, program = 'app'): Promise<Plan> => {
  const argv = [...flags.split(' '), '--', program, '--port', '80']
  return (await actingPlan(actingArgs(argv, running, {}), running)).plan
}

const beside = async (flags: string): Promise<Plan> =>
  (await actingPlan(actingArgs(flags.split(' '), sitting, {}), sitting)).plan

describe('flags about watching', () => {
  it.each([
    ['--settle 200ms', { settle: 200 }],
    ['--poll 2s', { polling: 2000 }],
    ['--resync 1m', { resync: 60_000 }],
    ['--resync off', { resync: false }],
    ['--wait=1.5s', { wait: 1500 }],
    ['--accept-empty', { emptied: 'accept' }],
  ])('%s', (flags, options) => {
    expect(watching(flags)).toEqual(options)
  })
  it('take a star for anything but a slash, and nothing else for a pattern', () => {
    expect(watching('--wait 1s', ['a.conf', '*.conf', 'x+/*'])).toEqual({
      wait: 1000,
      keys: ['a.conf', /^[^/]*\.conf$/, /^x\+\/[^/]*$/],
    })
  })
})

describe('flags of run', () => {
  it.each([
    ['300ms', 150],
    ['2500ms', 1250],
    ['30s', 28_000],
  ])('give the URL what --timeout %s leaves: %i ms', async (timeout, within) => {
    const { reactions } = await planned(
      `--mount /x --restart --timeout ${timeout} --verify-url http://127.0.0.1:9/x`,
    )
    expect(reactions[0]?.action.proof).toEqual({ kind: 'http', url: 'http://127.0.0.1:9/x', within })
  })
  it('become a plan, with times in milliseconds', async () => {
    const flags =
      '--mount /x --signal usr1 --check true --timeout 3s --cooldown 1m --splay 2s --retry-max 1h --grace 1s --stop-signal SIGINT --restart-policy always'
    expect(await planned(flags)).toMatchObject({
      mounts: [{ name: 'x', path: '/x', options: {} }],
      child: {
        argv: ['app', '--port', '80'],
        stopSignal: 'SIGINT',
        restartPolicy: 'always',
        graceMs: 1000,
        env: undefined,
      },
      reactions: [
        {
          mounts: ['x'],
          action: { deed: { kind: 'signal', signal: 'SIGUSR1', target: { kind: 'child' } }, check: ['true'] },
          timeoutMs: 3000,
          pace: { cooldown: 60_000, splay: 2000, retry: { max: 3_600_000 } },
        },
      ],
    })
  })
  it('have defaults', async () => {
    const { child, reactions } = await planned('--mount /x --server nginx', 'nginx')
    expect(child).toMatchObject({ stopSignal: 'SIGQUIT', restartPolicy: 'never' })
    expect(reactions).toEqual([
      {
        name: undefined,
        mounts: ['x'],
        action: {
          deed: {
            kind: 'server',
            name: 'nginx',
            command: ['nginx', '--port', '80'],
            target: { kind: 'child' },
            facts: {},
          },
          on: undefined,
          check: undefined,
          proof: undefined,
        },
        timeoutMs: 30_000,
        pace: {},
      },
    ])
    expect((await planned('--mount /x --restart')).child).toMatchObject({ stopSignal: 'SIGTERM' })
    const unchecked = await planned('--mount /x --server nginx --no-check', 'nginx')
    expect(unchecked.reactions[0]?.action.check).toBe(false)
  })
  it.each([
    ['nginx', 'SIGQUIT'],
    ['gunicorn', 'SIGTERM'],
    ['haproxy', 'SIGUSR1'],
    ['httpd', 'SIGWINCH'],
    ['php-fpm', 'SIGQUIT'],
    ['uwsgi', 'SIGINT'],
    ['prometheus', 'SIGTERM'],
  ])('take the stop signal of %s', async (name, stopSignal) => {
    const argv = ['--mount', '/x', '--server', name, '--', '/entry.sh', name, '-x']
    const { plan } = await actingPlan(actingArgs(argv, running, {}), running)
    expect(plan.child).toMatchObject({ stopSignal })
    expect(plan.reactions[0]?.action).toMatchObject({ deed: { kind: 'server', name }, check: undefined })
  })
})

describe('flags of sidecar', () => {
  it('react at the start, and look for a target often', async () => {
    const { child, reactions } = await beside('--mount /x --signal HUP --process nginx')
    expect(child).toBeUndefined()
    expect(reactions[0]).toMatchObject({
      action: { deed: { kind: 'signal', target: { kind: 'process', name: 'nginx' } } },
      pace: { initial: true, retry: { max: 30_000 } },
    })
    const quiet = await beside('--mount /x --signal HUP --pid-file /p --no-initial')
    expect(quiet.reactions[0]?.pace).toEqual({ retry: { max: 30_000 } })
  })
  it('take a server that is told where it is, and how it is started', async () => {
    const { reactions } = await beside(
      '--mount /x --server gunicorn --match ^gunicorn --server-command /bin/gunicorn',
    )
    expect(reactions[0]?.action.deed).toEqual({
      kind: 'server',
      name: 'gunicorn',
      command: ['/bin/gunicorn'],
      target: { kind: 'match', pattern: '^gunicorn' },
      facts: {},
    })
  })
})
