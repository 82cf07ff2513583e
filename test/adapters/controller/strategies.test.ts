import { describe, expect, it } from 'vitest'
import { configMap, workload } from '../../support/api-server/objects.js'
import { apiServer } from '../../support/api-server/start.js'
import { change, envFrom, rolling, run, shop, stampOn } from './rig.js'

describe('a controller', () => {
  it('writes nothing in a dry run, and says what it would do', async () => {
    const server = await shop()
    const { said, reports } = await run(server, { dryRun: true })
    await expect.poll(() => said()).toEqual(['adopted shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('rolled')).toEqual(['rolled shop'])
    change(server, 'shop', { a: '3' })
    await expect.poll(() => said('rolled').length).toBe(2)
    expect(reports.at(-1)).toMatchObject({ dryRun: true })
    expect(Object.keys(server.counts.all()).filter((name) => !/^(list|watch) /.test(name))).toEqual([])
  })

  it("stamps variables as Reloader's where asked, and only then", async () => {
    const server = await shop()
    const { said } = await run(server, { strategy: 'env-vars' })
    await expect.poll(() => said()).toEqual(['adopted shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('complete')).toEqual(['complete shop'])
    const { template } = server.store.get('deployments', 'default', 'shop')['spec'] as {
      template: {
        spec: { containers: { name: string; image: string; env: { name: string; value: string }[] }[] }
      }
    }
    const [container] = template.spec.containers
    expect(container).toMatchObject({ name: 'app', image: 'example.org/app:1' })
    expect(container?.env).toEqual([
      { name: 'STAKATER_SHOP_CONFIGMAP', value: expect.stringMatching(/^[0-9a-f]{16}$/) as string },
    ])
  })

  it('rolls a Rollout of Argo by its template, or restarts it', async ({ skip }) => {
    const server = await apiServer()
    if (!server.store.knows('rollouts')) skip('this cluster has no Rollouts of Argo')
    server.store.create('configmaps', configMap('shop', { a: '1' }))
    server.store.create('rollouts', rolling('shop'))
    const restarted = {
      'reloader.stakater.com/auto': 'true',
      'reloader.stakater.com/rollout-strategy': 'restart',
    }
    server.store.create(
      'rollouts',
      workload({ name: 'again', annotations: restarted, template: { spec: envFrom('shop') } }),
    )
    const { said } = await run(server, { workloads: new Set(['Rollout']) })
    await expect.poll(() => said('adopted').length).toBe(2)
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('rolled').length).toBe(2)
    expect(stampOn(server, 'shop', 'rollouts')).toMatch(/^[0-9a-f]{16}$/)
    const { spec } = server.store.get('rollouts', 'default', 'again') as unknown as {
      spec: { restartAt?: string }
    }
    expect(Math.abs(Date.parse(spec.restartAt ?? '') - Date.now())).toBeLessThan(60_000)
    expect(stampOn(server, 'again', 'rollouts')).toBeUndefined()
  })

  it('lets a Deployment go on that Reloader left paused, and none that a person paused', async () => {
    const server = await shop()
    const past = new Date(Date.now() - 60_000).toISOString()
    const left = rolling('left', {
      annotations: {
        'deployment.reloader.stakater.com/pause-period': '10s',
        'deployment.reloader.stakater.com/paused-at': past,
      },
    })
    server.store.create('deployments', { ...left, spec: { ...(left['spec'] as object), paused: true } })
    const own = rolling('own')
    server.store.create('deployments', { ...own, spec: { ...(own['spec'] as object), paused: true } })
    const { said } = await run(server)
    await expect.poll(() => said('adopted').length).toBe(3)
    await expect.poll(() => said('resumed')).toEqual(['resumed left'])
    const pausedOf = (name: string): boolean =>
      (server.store.get('deployments', 'default', name)['spec'] as { paused?: boolean }).paused === true
    expect([pausedOf('left'), pausedOf('own')]).toEqual([false, true])
    expect(server.store.get('deployments', 'default', 'left').metadata.annotations).not.toHaveProperty(
      'deployment.reloader.stakater.com/paused-at',
    )
  })
})
