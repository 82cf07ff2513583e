import { type Clock, systemClock } from '@hotmount/core'
import { describe, expect, it } from 'vitest'
import { openPatterns } from '../../../packages/adapters/src/controller/patterns.js'
import { configMap } from '../../support/api-server/objects.js'
import { annotate, change, rolling, run, shop } from './rig.js'
import { story } from './story.js'

/** Texts as long as an annotation may be, or as bad. */
const long = 250_000
const longName = (index: number): string => `config-${index}-`.padEnd(250, 'x')
const many = (length: number, of: (index: number) => string): string =>
  Array.from({ length }, (_, index) => of(index)).join(',')

const hostile: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a duration without a unit': { 'hotmount.dev/coalesce': '1'.repeat(long) },
  'a pause of digits': { 'deployment.reloader.stakater.com/pause-period': '1.1'.repeat(long / 3) },
  'a quota of digits': { 'hotmount.dev/rate': `1/${'1'.repeat(long)}` },
  'twenty thousand expressions': {
    'configmap.reloader.stakater.com/reload': many(20_000, (index) => `n${index}.*x`),
  },
  'an expression as long as can be': { 'configmap.reloader.stakater.com/reload': '(a|b)*'.repeat(40_000) },
  'expressions that repeat': {
    'configmap.reloader.stakater.com/reload': many(250, (index) => `${'((.?){30}){30}'.repeat(9)}${index}`),
  },
  'thirty-three thousand keys': { 'hotmount.dev/keys': many(33_000, (index) => `k${index}*`) },
  'a window of every minute': { 'hotmount.dev/window': '0:00-24:00 UTC;'.repeat(long / 15) },
}

describe("one tenant's annotations", () => {
  it.each(Object.entries(hostile))('take no time from others: %s', async (_, annotations) => {
    const server = await shop()
    for (let index = 0; index < 20; index++)
      server.store.create('configmaps', configMap(`other-${index}`, { a: '1' }, 'tenant'))
    server.store.create('configmaps', configMap('mine', { a: '1' }, 'tenant'))
    server.store.create('deployments', rolling('mine', { namespace: 'tenant', annotations }))
    const before = process.cpuUsage()
    const { said } = await run(server)
    await expect.poll(() => said('adopted'), { timeout: 15_000 }).toContain('adopted shop')
    change(server, 'shop', { a: '2' })
    change(server, 'mine', { a: '2' }, 'tenant')
    await expect.poll(() => said('complete'), { timeout: 15_000 }).toContain('complete shop')
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(4000)
  })

  it('are told of what is not looked at', async () => {
    const server = await shop({ annotations: hostile['twenty thousand expressions'] ?? {} })
    const { reports } = await run(server)
    await expect
      .poll(() => reports.flatMap((report) => (report.outcome === 'complaint' ? [report.annotation] : [])))
      .toEqual(['configmap.reloader.stakater.com/reload'])
  })

  it('make no timer that Node fires at once', async () => {
    const server = await shop()
    const slept: number[] = []
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) => {
        slept.push(ms)
        return systemClock.sleep(ms, signal)
      },
    }
    const paused = rolling('paused', {
      annotations: {
        'deployment.reloader.stakater.com/pause-period': '5m',
        'deployment.reloader.stakater.com/paused-at': '9999-01-01T00:00:00Z',
      },
    })
    server.store.create('deployments', { ...paused, spec: { ...(paused['spec'] as object), paused: true } })
    const { controller } = await run(server, { clock })
    await expect.poll(() => controller.pending).toBe(1)
    expect(Math.max(...slept)).toBeLessThan(2 ** 31)
  })

  it('cannot add up to more than a duration may be', () => {
    const tale = story({ 'hotmount.dev/rate': '1/500h500h' })
    expect([tale.changed({ a: '2' }), tale.rollouts]).toEqual(['wait annotation', 0])
  })
})

describe("one tenant's objects", () => {
  const odd: Readonly<Record<string, unknown>> = {
    'empty lists': {
      volumes: null,
      initContainers: null,
      containers: [{ name: 'app', env: null, envFrom: null }],
    },
    'lists of nothing': {
      volumes: [null],
      containers: [null, { name: 'app', volumeMounts: [null], env: [null] }],
    },
    'texts instead of lists': { volumes: 'all', containers: 'app', initContainers: 5 },
    'a text instead of a pod': 'app',
    'empty parts': {
      volumes: [
        { name: 'v', projected: { sources: null } },
        { name: 'v', configMap: { name: 'x', items: null } },
      ],
      containers: [{ name: 'app', volumeMounts: [{ name: 'v' }], env: [{ valueFrom: null }] }],
    },
  }
  it.for(Object.entries(odd))('stop nobody, whatever Argo lets pass: %s', async ([, spec], { skip }) => {
    const server = await shop()
    if (!server.store.knows('rollouts')) skip('this cluster has no Rollouts of Argo')
    server.store.create('rollouts', {
      metadata: { name: 'odd', namespace: 'tenant', annotations: { 'reloader.stakater.com/auto': 'true' } },
      spec: { template: { metadata: null, spec } },
    })
    const { said } = await run(server, { workloads: new Set(['Deployment', 'Rollout'] as const) })
    await expect.poll(() => said('adopted'), { timeout: 5000 }).toContain('adopted shop')
  })
})

describe('a list of names', () => {
  it('that matches more than an annotation has room for is told, and what to do', async () => {
    const server = await shop({ annotations: { 'configmap.reloader.stakater.com/reload': '.*' } })
    for (let index = 0; index < 1000; index++)
      server.store.create('configmaps', configMap(longName(index), { a: '1' }))
    const { said, reports } = await run(server)
    await expect.poll(() => said(), { timeout: 30_000 }).toEqual(['failed shop'])
    const [failed] = reports
    expect(failed?.outcome === 'failed' && failed.hint).toMatch(
      /: 2\d\d KiB for 1\d\d\d ConfigMaps and Secrets, .*Let fewer names match in configmap\.reloader\.stakater\.com\/reload/,
    )
    annotate(server, 'shop', { 'configmap.reloader.stakater.com/reload': 'shop|config-.-x*' })
    await expect.poll(() => said(), { timeout: 30_000 }).toEqual(['failed shop', 'adopted shop'])
    change(server, longName(9), { a: '2' })
    await expect.poll(() => said('rolled'), { timeout: 30_000 }).toEqual(['rolled shop'])
  }, 120_000)
  it('may be as long as anybody needs', async () => {
    const { list } = await openPatterns()
    const names = list(many(2000, (index) => `shop-${index}`))
    expect([names.isWrong, names.matches('shop-1999'), names.matches('shop-2000')]).toEqual([
      false,
      true,
      false,
    ])
    const teams = list(many(100, (index) => `team-${index}-.*`))
    expect([teams.isWrong, teams.matches('team-99-db'), teams.matches('team-100')]).toEqual([
      false,
      true,
      false,
    ])
  })
  it('means by a dot what Go means', async () => {
    const { list } = await openPatterns()
    expect(['a.b', 'axb', 'a.bc'].map((name) => list('a.b').matches(name))).toEqual([true, true, false])
  })
})
