import { rollout, type RolloutOptions } from '@hotmount/adapters/kubernetes'
import { onKeys, reload } from '@hotmount/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Rule } from '../../support/api-server/access.js'
import { clientOf } from '../../support/api-server/start.js'
import { mounted } from '../../support/mounted.js'
import { templatesOf } from '../../support/api-server/templates.js'
import { named, own, rolling, shop, templateOf } from './rolling.js'

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
    expect(templatesOf(server, 'shop')).toBe(2)
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
    await expect.poll(() => templatesOf(server, 'shop')).toBe(2)
  })

  it.each<[what: string, kind: string, spec: object, message: RegExp]>([
    ['is paused', 'deployment', { paused: true }, /paused/],
    ['is updated by hand', 'statefulset', { updateStrategy: { type: 'OnDelete' } }, /OnDelete/],
  ])('refuses a workload that %s', async (_what, kind, spec, message) => {
    const server = await shop(`${kind}s`)
    const { resourceVersion: _, ...metadata } = server.store.get(`${kind}s`, 'default', 'shop').metadata
    const before = server.store.get(`${kind}s`, 'default', 'shop')
    server.store.replace(`${kind}s`, {
      ...before,
      metadata,
      spec: { ...(before['spec'] as object), ...spec },
    })
    const { volume, mount } = await mounted({ k: '1' })
    const { outcome } = rolling(mount, await clientOf(server), { workload: `${kind}/shop` })
    await volume.swap({ k: '2' })
    const report = await outcome(1)
    expect(report).toMatchObject({ outcome: 'rejected', error: { code: 'CHECK_FAILED', retryable: true } })
    expect((report as { error: Error }).error.message).toMatch(message)
    expect(server.counts.of(`patch ${kind}s`)).toBe(0)
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
    expect(templatesOf(server, 'shop')).toBe(2)
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
