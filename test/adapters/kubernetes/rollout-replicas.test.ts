import type { Report } from '@hotmount/core'
import { describe, expect, it } from 'vitest'
import { clientOf } from '../../support/api-server/start.js'
import { mounted } from '../../support/mounted.js'
import { templatesOf } from '../../support/api-server/templates.js'
import { named, rolling, shop, templateOf } from './rolling.js'

describe('rollout of many replicas', () => {
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
    expect(templatesOf(server, 'shop')).toBe(2)
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
    expect(templatesOf(server, 'shop')).toBe(3)
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
    await expect.poll(() => templatesOf(server, 'shop')).toBe(3)
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
    expect(Object.keys(annotations).filter((name) => name.startsWith('hotmount.dev/'))).toEqual([
      'hotmount.dev/digest-history',
    ])
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
    expect(templatesOf(server, 'shop')).toBe(3)
  })
})
