import { type KubeClient, rollout, type RolloutOptions } from '@hotmount/adapters/kubernetes'
import { type Mount, onKeys, reload, type ReloadOptions, type Report } from '@hotmount/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import type { Stored } from '../../support/api-server/kinds.js'
import { workload } from '../../support/api-server/objects.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'
import { mounted } from '../../support/mounted.js'

type Server = Awaited<ReturnType<typeof apiServer>>

const named: readonly Rule[] = [
  {
    apiGroups: ['apps'],
    resources: ['deployments'],
    resourceNames: ['shop'],
    verbs: ['get', 'patch'],
    namespace: 'default',
  },
]
const own: readonly Rule[] = [
  ...named,
  { apiGroups: [''], resources: ['pods'], verbs: ['get'], namespace: 'default' },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['get'], namespace: 'default' },
]

const shop = async (
  plural = 'deployments',
  wanted: Partial<Parameters<typeof workload>[0]> = {},
): Promise<Server> => {
  const server = await apiServer()
  server.store.create(plural, workload({ name: 'shop', replicas: 3, ...wanted }))
  await expect
    .poll(() => server.store.list('pods').length)
    .toBe(plural === 'daemonsets' ? server.workloads.nodes : 3)
  await server.workloads.settled()
  server.counts.clear()
  return server
}

interface Running {
  readonly reports: readonly Report[]
  readonly outcome: (nth?: number) => Promise<Report>
}

const rolling = (
  mount: Mount,
  client: KubeClient,
  options: RolloutOptions = { workload: 'deployment/shop' },
  loopOptions: ReloadOptions = {},
): Running => {
  const reports: Report[] = []
  const reaction = rollout({ client, poll: 5, ...options })
  const loop = reload(mount, reaction, { timeout: '10s', ...loopOptions })
  loop.on('report', (report) => reports.push(report))
  onTestFinished(() => loop.close())
  return {
    reports,
    outcome: async (nth = 1) => {
      await expect.poll(() => reports.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(nth)
      return reports[nth - 1] as Report
    },
  }
}

const templateOf = (server: Server, plural = 'deployments'): Record<string, string> =>
  (server.store.get(plural, 'default', 'shop')['spec'] as { template: Stored }).template.metadata
    .annotations ?? {}
const generationOf = (server: Server, plural = 'deployments'): number =>
  server.store.get(plural, 'default', 'shop').metadata.generation ?? 0

describe('rollout', () => {
  it('writes the digest, waits until the pods are new, and needs no right but get and patch on one name', async () => {
    const server = await shop()
    const before = new Set(server.store.list('pods').map(({ metadata }) => metadata.uid))
    const { volume, mount } = await mounted({ 'app.env': 'A=1' })
    const { outcome } = rolling(mount, await clientOf(server, 'pod', named))
    await volume.swap({ 'app.env': 'A=2' })
    expect(await outcome()).toMatchObject({
      outcome: 'applied',
      evidence: 'deployment/shop rolled out: 3 new pods',
    })
    expect(templateOf(server)).toEqual({ 'hotmount.dev/digest': mount.snapshot.digest })
    const after = server.store.list('pods')
    expect(after.filter(({ metadata }) => before.has(metadata.uid))).toEqual([])
    expect(after.map(({ metadata }) => metadata.annotations?.['hotmount.dev/digest'])).toEqual(
      Array.from({ length: 3 }, () => mount.snapshot.digest),
    )
    expect(Object.keys(server.counts.all())).toEqual(['get deployments', 'patch deployments'])
    expect(server.counts.of('patch deployments')).toBe(1)
  })

  it.each(['deployments', 'statefulsets', 'daemonsets'])(
    'finds the workload of its own pod: %s',
    async (plural) => {
      const server = await shop(plural)
      const pod = server.store.list('pods')[0]?.metadata.name ?? ''
      const rules = [...own, { ...(named[0] as Rule), resources: [plural] }]
      const { volume, mount } = await mounted({ 'app.env': 'A=1' })
      const { outcome } = rolling(mount, await clientOf(server, 'pod', rules), { pod })
      await volume.swap({ 'app.env': 'A=2' })
      expect(await outcome()).toMatchObject({ outcome: 'applied', reaction: 'rollout' })
      expect(templateOf(server, plural)['hotmount.dev/digest']).toBe(mount.snapshot.digest)
    },
  )

  it('is one rollout, however many replicas run it', async () => {
    const server = await shop()
    const replicas = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        const { volume, mount } = await mounted({ 'app.env': 'A=1' })
        const client = await clientOf(server, `pod-${index}`, named)
        return { volume, mount, running: rolling(mount, client) }
      }),
    )
    await Promise.all(replicas.map(({ volume }) => volume.swap({ 'app.env': 'A=2' })))
    const reports = await Promise.all(replicas.map(({ running }) => running.outcome()))
    expect(reports.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 5 }, () => 'applied'))
    expect(generationOf(server)).toBe(2)
    expect(server.workloads.made).toBe(6)
  })

  it('does not take back what a replica that sees changes earlier has gone on to', async () => {
    const server = await shop()
    const [early, late] = [await mounted({ k: '1' }), await mounted({ k: '1' })]
    const first = rolling(early.mount, await clientOf(server))
    await early.volume.swap({ k: '2' })
    await first.outcome(1)
    await early.volume.swap({ k: '3' })
    await first.outcome(2)
    const second = rolling(late.mount, await clientOf(server))
    const before = server.counts.total
    await late.volume.swap({ k: '2' })
    await expect.poll(() => server.counts.total).toBeGreaterThan(before + 3)
    await late.volume.swap({ k: '3' })
    expect(await second.outcome(1)).toMatchObject({
      outcome: 'applied',
      evidence: 'another replica has gone on from it already',
    })
    expect(await second.outcome(2)).toMatchObject({ outcome: 'applied' })
    expect(generationOf(server)).toBe(3)
    expect(templateOf(server)['hotmount.dev/digest']).toBe(early.mount.snapshot.digest)
  })

  it('writes what stays mounted, once it is clear that nothing newer comes', async () => {
    const server = await shop('deployments', { template: { annotations: { 'hotmount.dev/digest': 'f00' } } })
    const { volume, mount } = await mounted({ k: '1' })
    const options = { workload: 'deployment/shop', lag: 300 }
    const { outcome } = rolling(mount, await clientOf(server), options)
    await volume.swap({ k: '2' })
    expect(await outcome(1)).toMatchObject({
      outcome: 'applied',
      evidence: 'deployment/shop rolled out: 3 new pods',
    })
    expect((await outcome(1)).durationMs).toBeGreaterThanOrEqual(300)
    expect(templateOf(server)['hotmount.dev/digest']).toBe(mount.snapshot.digest)
  })

  it('takes back a rollout that exceeds its deadline, and no other replica tries it again', async () => {
    const server = await shop()
    const { volume, mount } = await mounted({ k: '1' })
    const good = mount.snapshot.digest
    const { outcome } = rolling(mount, await clientOf(server))
    await volume.swap({ k: '2' })
    await outcome(1)
    const proven = mount.snapshot.digest
    const late = await mounted({ k: '2' })
    server.workloads.healthy = ({ metadata }) =>
      [good, proven].includes(metadata?.annotations?.['hotmount.dev/digest'] ?? '')
    await volume.swap({ k: 'bad' })
    await expect.poll(() => generationOf(server)).toBe(3)
    server.workloads.exceedDeadline('default', 'shop')
    const report = await outcome(2)
    expect(report).toMatchObject({ outcome: 'rolledBack', error: { code: 'VERIFY_FAILED' } })
    expect((report as { error: Error }).error.message).toBe(
      'deployment/shop: the rollout failed (ProgressDeadlineExceeded)',
    )
    expect(templateOf(server)['hotmount.dev/digest']).toBe(proven)
    const other = rolling(late.mount, await clientOf(server))
    await late.volume.swap({ k: 'bad' })
    expect(await other.outcome()).toMatchObject({ outcome: 'rejected', error: { code: 'CHECK_FAILED' } })
    server.workloads.healthy = () => true
    await volume.swap({ k: '4' })
    expect(await outcome(3)).toMatchObject({ outcome: 'applied' })
    const annotations = server.store.get('deployments', 'default', 'shop').metadata.annotations ?? {}
    expect(Object.keys(annotations)).toEqual(['hotmount.dev/digest-history'])
  })

  it('goes on with a rollout that takes longer than its stage, and does not take it back', async () => {
    const server = await shop()
    const { volume, mount } = await mounted({ k: '1' })
    server.workloads.healthy = () => false
    const { outcome, reports } = rolling(mount, await clientOf(server), undefined, {
      timeout: 500,
      retry: { min: 5, max: 5 },
    })
    await volume.swap({ k: '2' })
    expect(await outcome(1)).toMatchObject({
      outcome: 'failed',
      stage: 'verify',
      error: { code: 'TIMED_OUT', message: expect.stringContaining('1 of 3 pods are new') as string },
    })
    server.workloads.healthy = () => true
    server.workloads.look()
    await expect.poll(() => reports.at(-1)?.outcome).toBe('applied')
    expect(generationOf(server)).toBe(2)
  })

  it('names the right that is missing, and goes on when it is given', async () => {
    const server = await shop()
    const { volume, mount } = await mounted({ k: '1' })
    const client = await clientOf(server, 'system:serviceaccount:default:shop', [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'], namespace: 'default' },
    ])
    const { outcome } = rolling(mount, client, undefined, { retry: { min: 5, max: 5 } })
    await volume.swap({ k: '2' })
    const report = await outcome(1)
    expect(report).toMatchObject({ outcome: 'failed', stage: 'apply', error: { code: 'TARGET_FORBIDDEN' } })
    expect((report as { error: { hint: string } }).error.hint).toBe(
      'bind to ServiceAccount default:shop a Role in namespace default: { apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["shop"], verbs: ["patch"] }',
    )
    server.access.grant('system:serviceaccount:default:shop', named)
    await expect.poll(() => generationOf(server)).toBe(2)
  })

  it.each<[what: string, spec: object, message: RegExp]>([
    ['is paused', { paused: true }, /paused/],
    ['is updated by hand', { updateStrategy: { type: 'OnDelete' } }, /OnDelete/],
  ])('refuses a workload that %s', async (_what, spec, message) => {
    const server = await shop()
    const before = server.store.get('deployments', 'default', 'shop')
    server.store.replace('deployments', { ...before, spec: { ...(before['spec'] as object), ...spec } })
    const { volume, mount } = await mounted({ k: '1' })
    const { outcome } = rolling(mount, await clientOf(server))
    await volume.swap({ k: '2' })
    const report = await outcome(1)
    expect(report).toMatchObject({ outcome: 'rejected', error: { code: 'CHECK_FAILED', retryable: true } })
    expect((report as { error: Error }).error.message).toMatch(message)
    expect(server.counts.of('patch deployments')).toBe(0)
  })

  it('stops rolling after so many times in an hour, though each pod is a new process', async () => {
    const server = await shop()
    const reports: Report[] = []
    for (let n = 1; n <= 3; n += 1) {
      const { volume, mount } = await mounted({ k: `${n}` })
      const { outcome } = rolling(mount, await clientOf(server), {
        workload: 'deployment/shop',
        limit: { max: 2, within: '1h' },
      })
      await volume.swap({ k: `${n + 1}` })
      const report = await outcome(1)
      reports.push(report)
    }
    expect(reports.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'rejected'])
    expect(reports.at(-1)).toMatchObject({
      error: { message: 'deployment/shop: it was rolled 2 times within 1h' },
    })
    expect(generationOf(server)).toBe(3)
  })

  it('rolls nothing for what its own pod has started with', async () => {
    const server = await shop()
    const pod = server.store.list('pods')[0]?.metadata.name ?? ''
    const { mount } = await mounted({ k: '1' })
    const { outcome } = rolling(mount, await clientOf(server), { pod }, { initial: true })
    expect(await outcome(1)).toMatchObject({ outcome: 'applied', evidence: 'this pod has started with it' })
    expect(server.counts.total).toBe(0)
  })

  it('may be behind onKeys', async () => {
    const server = await shop()
    const { volume, mount } = await mounted({ a: '1', b: '1' })
    const reaction = onKeys(
      ['b'],
      rollout({ client: await clientOf(server), workload: 'deployment/shop', poll: 5 }),
    )
    const loop = reload(mount, reaction)
    onTestFinished(() => loop.close())
    await volume.swap({ a: '2', b: '1' })
    await mount.resync()
    await loop.inSync()
    expect(server.counts.total).toBe(0)
    await volume.swap({ a: '2', b: '2' })
    await mount.resync()
    expect((await loop.inSync()).outcome).toBe('applied')
    expect(generationOf(server)).toBe(2)
  })

  it.each<[options: RolloutOptions, message: RegExp]>([
    [{ workload: 'shop' }, /is no workload/],
    [{ workload: 'cronjob/shop' }, /is no workload/],
    [{ annotation: 'no good' }, /is no name of an annotation/],
    [{ limit: { max: 99, within: '1h' } }, /limit.max/],
    [{ poll: -1 }, /poll/],
    [{ replicas: 3 } as RolloutOptions, /no option replicas/],
  ])('refuses %j', (options, message) => {
    expect(() => rollout(options)).toThrow(message)
  })
})
