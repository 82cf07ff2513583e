import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { openController, usualOptions } from '../../../packages/adapters/src/controller/open-controller.js'
import { configMap, secret } from '../../support/api-server/objects.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'
import { annotate, change, envFrom, templatesOf, rolling, run, shop, stampOn } from './rig.js'

describe('a controller', () => {
  it('adopts what there is without touching a pod, then rolls for a change', async () => {
    const server = await shop()
    const { said } = await run(server)
    await expect.poll(() => said()).toEqual(['adopted shop'])
    expect(templatesOf(server, 'shop')).toBe(1)
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('rolled', 'complete')).toEqual(['rolled shop', 'complete shop'])
    expect(templatesOf(server, 'shop')).toBe(2)
    expect(stampOn(server, 'shop')).toMatch(/^[0-9a-f]{16}$/)
  })

  it.each(['deployments', 'statefulsets', 'daemonsets'])('rolls %s', async (plural) => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('shop', { a: '1' }))
    server.store.create(plural, rolling('shop'))
    await server.workloads.settled()
    const { said } = await run(server)
    await expect.poll(() => said()).toEqual(['adopted shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('complete')).toEqual(['complete shop'])
    expect(templatesOf(server, 'shop', plural)).toBe(2)
  })

  it('makes one rollout of several changes of several resources', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('shop', { a: '1' }))
    server.store.create('secrets', secret('db', { password: 'x' }))
    server.store.create('deployments', rolling('shop', { template: { spec: envFrom('shop', 'db') } }))
    const coalesce = { quietMs: 500, maxMs: 10_000 }
    const { said, reports } = await run(server, { defaults: { ...usualOptions.defaults, coalesce } })
    await expect.poll(() => said()).toEqual(['adopted shop'])
    for (let index = 0; index < 10; index++) {
      change(server, 'shop', { a: `${index}!` })
      server.store.replace('secrets', secret('db', { password: `y${index}` }))
    }
    await expect.poll(() => said('rolled', 'complete')).toEqual(['rolled shop', 'complete shop'])
    const rolled = reports.find(({ outcome }) => outcome === 'rolled')
    expect(rolled).toMatchObject({
      differences: [
        { resource: 'configmap/shop', what: 'changed', keys: ['a'] },
        { resource: 'secret/db', what: 'changed', keys: ['password'] },
      ],
    })
    expect(templatesOf(server, 'shop')).toBe(2)
  })

  it('finds after a restart what was changed meanwhile, and rolls nothing else', async () => {
    const server = await shop()
    server.store.create('configmaps', configMap('cart', { a: '1' }))
    server.store.create('deployments', rolling('cart'))
    const first = await run(server)
    await expect.poll(() => first.said('adopted').length).toBe(2)
    await first.stop()
    change(server, 'shop', { a: '2' })
    const second = await run(server)
    await expect.poll(() => second.said('rolled', 'complete')).toEqual(['rolled shop', 'complete shop'])
    expect(second.said('adopted')).toEqual([])
    expect(templatesOf(server, 'cart')).toBe(1)
  })

  it('keeps and tells no value', async () => {
    const marker = 'do-not-tell-me'
    const server = await apiServer()
    server.store.create('secrets', secret('db', { password: marker }))
    server.store.create('configmaps', configMap('shop', { a: marker }))
    server.store.create('deployments', rolling('shop', { template: { spec: envFrom('shop', 'db') } }))
    const client = await clientOf(server)
    const { cluster, controller } = await openController({ ...usualOptions, client })
    await cluster.synced(new AbortController().signal)
    const kept = [...cluster.resources.all(), ...cluster.workloads.all()]
    expect(kept).toHaveLength(3)
    const all = inspect([kept, controller], { depth: 20, showHidden: true })
    expect(all).not.toContain(marker)
    expect(all).not.toContain(Buffer.from(marker).toString('base64'))
    await cluster.close()
  })

  it('never lets the trouble of one workload hold up another one', async () => {
    const server = await shop()
    server.store.create('statefulsets', rolling('shop'))
    const { said, controller } = await run(server)
    await expect.poll(() => said('adopted').length).toBe(2)
    server.faults.fail(2, 422, 'Invalid', { verb: 'patch', resource: 'deployments' })
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('complete').length, { timeout: 10_000 }).toBe(2)
    expect(said('failed')).toEqual(['failed shop'])
    expect(controller.failing).toBe(0)
    expect([templatesOf(server, 'shop'), templatesOf(server, 'shop', 'statefulsets')]).toEqual([2, 2])
  })

  it('lets the latest config win where a rollout fails for a while', async () => {
    const server = await shop()
    const { said } = await run(server)
    await expect.poll(() => said()).toEqual(['adopted shop'])
    server.faults.fail(1, 422, 'Invalid', { verb: 'patch' })
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('failed')).toEqual(['failed shop'])
    change(server, 'shop', { a: '3' })
    await expect.poll(() => said('complete'), { timeout: 10_000 }).toEqual(['complete shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('complete').length, { timeout: 10_000 }).toBe(2)
    expect(templatesOf(server, 'shop')).toBe(3)
  })

  it('does nothing when another one writes in between, and looks again', async () => {
    const server = await shop()
    const { said } = await run(server)
    await expect.poll(() => said()).toEqual(['adopted shop'])
    server.faults.conflict(3)
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('rolled'), { timeout: 10_000 }).toEqual(['rolled shop'])
    expect(said('failed')).toEqual([])
  })

  it('begins with a workload and its ConfigMap as they come', async () => {
    const server = await apiServer()
    const { said } = await run(server)
    server.store.create('deployments', rolling('shop'))
    server.store.create('configmaps', configMap('shop', { a: '1' }))
    await expect.poll(() => said()).toEqual(['adopted shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('rolled')).toEqual(['rolled shop'])
    server.store.remove('deployments', 'default', 'shop')
    change(server, 'shop', { a: '3' })
    server.store.create('deployments', rolling('shop'))
    await expect.poll(() => said('adopted').length).toBe(2)
    await expect.poll(() => templatesOf(server, 'shop')).toBe(1)
  })

  it('does not roll in a loop when a GitOps tool, or an undo, puts its annotation back', async () => {
    const server = await shop()
    const { said } = await run(server)
    await expect.poll(() => said('adopted')).toEqual(['adopted shop'])
    const stateOf = () =>
      server.store.get('deployments', 'default', 'shop').metadata.annotations?.['hotmount.dev/controller']
    const committed = stateOf() ?? ''
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('complete')).toEqual(['complete shop'])
    for (let times = 0; times < 5; times++) {
      annotate(server, 'shop', { 'hotmount.dev/controller': committed })
      await expect.poll(stateOf).not.toBe(committed)
    }
    await server.workloads.settled()
    expect([said('rolled'), templatesOf(server, 'shop')]).toEqual([['rolled shop'], 2])
    change(server, 'shop', { a: '3' })
    await expect.poll(() => said('complete').length).toBe(2)
    expect(templatesOf(server, 'shop')).toBe(3)
  })
  it('adopts a new workload at once, however long it gathers changes', async () => {
    const server = await shop()
    const coalesce = { quietMs: 60_000, maxMs: 600_000 }
    const { said, controller } = await run(server, { defaults: { ...usualOptions.defaults, coalesce } })
    await expect.poll(() => said('adopted')).toEqual(['adopted shop'])
    // What nobody writes a status of, as a CronJob, is not looked at sooner for that.
    server.workloads.stop()
    server.store.create('configmaps', configMap('late', { a: '1' }))
    server.store.create('deployments', rolling('late'))
    await expect.poll(() => said('adopted'), { timeout: 5000 }).toContain('adopted late')
    change(server, 'late', { a: '2' })
    await expect.poll(() => controller.waiting.coalesce).toBe(1)
  })
  it('loses no change when a workload is replaced with all its annotations', async () => {
    const server = await shop()
    const coalesce = { quietMs: 500, maxMs: 5000 }
    const { said, controller } = await run(server, { defaults: { ...usualOptions.defaults, coalesce } })
    await expect.poll(() => said()).toEqual(['adopted shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => controller.waiting.coalesce).toBe(1)
    server.store.replace('deployments', rolling('shop'))
    await expect.poll(() => said('rolled'), { timeout: 5000 }).toEqual(['rolled shop'])
  })

  it('says once what is wrong with an annotation', async () => {
    const server = await shop({ annotations: { 'hotmount.dev/window': 'at night' } })
    const { said, reports } = await run(server)
    await expect.poll(() => said('complaint')).toEqual(['complaint shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('waiting')).toContain('waiting shop for annotation')
    annotate(server, 'shop', { 'hotmount.dev/window': 'Mon-Sun 00:00-24:00' })
    await expect.poll(() => said('rolled')).toEqual(['rolled shop'])
    expect(reports.filter(({ outcome }) => outcome === 'complaint')).toMatchObject([
      { annotation: 'hotmount.dev/window', hint: expect.stringContaining('Mon-Fri 22:00-04:00') as string },
    ])
    expect(JSON.stringify(reports)).not.toContain('at night')
  })
})
