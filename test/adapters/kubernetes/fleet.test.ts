import {
  type FleetPod,
  type FleetStanding,
  fleetStatus,
  fleetTable,
  waitForFleet,
} from '@hotmount/adapters/kubernetes'
import { describe, expect, it } from 'vitest'
import { standingOf } from '../../../packages/adapters/src/kubernetes/fleet.js'
import type { Rule } from '../../support/api-server/access.js'
import { pod } from '../../support/api-server/objects.js'
import { apiServer, clientOf, type Server } from '../../support/api-server/start.js'
import { aged } from '../../support/real-server/aged.js'

const [one, two] = ['1'.repeat(64), '2'.repeat(64)]
const rules: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'], namespace: 'default' },
]
const selector = 'app=shop'

const says = (server: Server, name: string, desired: string, applied: string, more: object = {}): void => {
  const { metadata, ...rest } = pod(name, {
    labels: { app: 'shop' },
    annotations: {
      'hotmount.dev/desired-digest': desired,
      'hotmount.dev/applied-digest': applied,
      'hotmount.dev/state': desired === applied ? 'inSync' : 'pending',
    },
  })
  const given = { ...rest, metadata: { ...metadata, ...more } }
  if (server.store.find('pods', 'default', name)) server.store.replace('pods', given)
  else server.store.create('pods', given)
}

describe('fleetStatus', () => {
  it('shows who runs what, sorted, and only the pods of the selector', async () => {
    const server = await apiServer()
    server.store.now = () => new Date(Date.now() - 3_700_000)
    for (const [name, applied] of [
      ['shop-10', one],
      ['shop-2', two],
    ] as const)
      says(server, name, two, applied)
    server.store.create('pods', pod('shop-3', { labels: { app: 'shop' }, ready: false }))
    server.store.create('pods', pod('other', { labels: { app: 'other' } }))
    const pods = await fleetStatus(await clientOf(server, 'cli', rules), { selector })
    expect(pods.map(({ name, applied }) => [name, applied])).toEqual([
      ['shop-2', two],
      ['shop-3', undefined],
      ['shop-10', one],
    ])
    expect(aged(fleetTable(pods), '1h')).toBe(
      `POD      READY  APPLIED       MOUNTED       STATE    AGE
shop-2   yes    222222222222  222222222222  inSync   1h
shop-3   no     -             -             -        1h
shop-10  yes    111111111111  222222222222  pending  1h
`,
    )
  })
  it('takes any number of pods, page by page', async () => {
    const server = await apiServer()
    for (let n = 0; n < 1201; n += 1) says(server, `shop-${n}`, one, one)
    expect(await fleetStatus(await clientOf(server), { selector })).toHaveLength(1201)
    expect(server.counts.of('list pods')).toBe(3)
  })
  const some: FleetPod = {
    namespace: 'a',
    name: 'p',
    node: undefined,
    phase: 'Running',
    ready: true,
    leaving: false,
    createdAt: 0,
    desired: one,
    applied: one,
    state: 'inSync',
  }
  it('lets no pod write to the terminal of who looks at it', () => {
    const bad: FleetPod = {
      ...some,
      desired: '\u001B[2J',
      applied: '\r\n\u009B0m',
      state: `ok\n${'x'.repeat(5000)}`,
    }
    const table = fleetTable([bad, some], 200_000)
    expect(table).not.toMatch(/[^\P{Cc}\n]/u)
    expect(table.split('\n')).toHaveLength(4)
    expect(table.length).toBeLessThan(600)
  })
  it('takes the beginning of a digest from a person, and from no pod', () => {
    const pods = [{ ...some, desired: '1', applied: '1' }, some]
    expect(standingOf(pods, undefined)).toMatchObject({ isDone: false })
    expect(standingOf([{ ...some, desired: '', applied: '' }, some], undefined)).toMatchObject({
      isDone: false,
    })
    expect(standingOf([some, some], one.slice(0, 8))).toMatchObject({ isDone: true })
  })
  it('has a column for namespaces where there are several', () => {
    expect(fleetTable([some, { ...some, namespace: 'b', leaving: true }], 200_000).split('\n')).toEqual([
      'NAMESPACE  POD  READY    APPLIED       MOUNTED       STATE   AGE',
      'a          p    yes      111111111111  111111111111  inSync  3m',
      'b          p    leaving  111111111111  111111111111  inSync  3m',
      '',
    ])
  })
})

const waiting = async (
  server: Server,
  options: { readonly digest?: string; readonly least?: number } = {},
) => {
  const standings: FleetStanding[] = []
  let isDone = false
  const done = waitForFleet(await clientOf(server, 'cli', rules), {
    selector,
    ...options,
    onProgress: (standing) => standings.push(standing),
  }).then((pods) => {
    isDone = true
    return pods
  })
  await expect.poll(() => standings.length).toBeGreaterThan(0)
  return { done, isDone: () => isDone, last: () => standings.at(-1) }
}

describe('waitForFleet', () => {
  it('waits for each pod, also for one that comes meanwhile, and for none that leaves', async () => {
    const server = await apiServer()
    says(server, 'shop-1', two, one)
    says(server, 'shop-2', two, two)
    const { done, last, isDone } = await waiting(server, { digest: two })
    says(server, 'shop-3', one, one)
    says(server, 'shop-1', two, two)
    await expect.poll(last).toEqual({ isDone: false, because: '2 of 3 pods have applied it' })
    server.store.create('pods', pod('shop-4', { labels: { app: 'shop' } }))
    await expect.poll(last).toEqual({ isDone: false, because: '1 of 4 pods say nothing' })
    server.store.remove('pods', 'default', 'shop-4')
    await expect.poll(last).toEqual({ isDone: false, because: '2 of 3 pods have applied it' })
    expect(isDone()).toBe(false)
    says(server, 'shop-3', one, one, { deletionTimestamp: '2026-01-01T00:00:00Z' })
    expect((await done).map(({ name, leaving }) => [name, leaving])).toEqual([
      ['shop-1', false],
      ['shop-2', false],
      ['shop-3', true],
    ])
  })
  it('takes the beginning of a digest, or else the one that all have mounted', async () => {
    const server = await apiServer()
    says(server, 'shop-1', two, two)
    says(server, 'shop-2', one, one)
    const { done, last } = await waiting(server)
    await expect.poll(last).toMatchObject({ isDone: false })
    says(server, 'shop-2', two, two)
    expect(await done).toHaveLength(2)
    expect(await waitForFleet(await clientOf(server), { selector, digest: '222222' })).toHaveLength(2)
  })
  it('wants a number of pods at least', async () => {
    const server = await apiServer()
    const { done, last } = await waiting(server, { least: 2 })
    expect(last()).toEqual({ isDone: false, because: '0 of 2 pods are there' })
    says(server, 'shop-1', one, one)
    says(server, 'shop-2', one, one)
    expect(await done).toHaveLength(2)
  })
  it('goes on over a watch that is cut', async () => {
    const server = await apiServer()
    says(server, 'shop-1', two, one)
    const { done } = await waiting(server, { digest: two })
    await expect.poll(() => server.watches.size).toBe(1)
    await server.stop()
    says(server, 'shop-1', two, two)
    await server.start()
    expect(await done).toHaveLength(1)
  })
  it('ends with what it may not, when it is aborted, and for a digest that is none', async () => {
    const server = await apiServer()
    await expect(waitForFleet(await clientOf(server, 'nobody', []), { selector })).rejects.toMatchObject({
      code: 'TARGET_FORBIDDEN',
      hint: expect.stringContaining('resources: ["pods"], verbs: ["list"]') as string,
    })
    const stop = new AbortController()
    const waited = waitForFleet(await clientOf(server), { selector, signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(waited).rejects.toThrow('enough')
    await expect(waitForFleet(await clientOf(server), { selector, digest: 'zz' })).rejects.toThrow(
      /not the beginning/,
    )
  })
})
