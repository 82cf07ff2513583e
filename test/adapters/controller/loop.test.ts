import { follow, resources } from '@hotmount/adapters/kubernetes'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stampName } from '../../../packages/adapters/src/controller/annotation-names.js'
import { usualOptions } from '../../../packages/adapters/src/controller/open-controller.js'
import { configMap } from '../../support/api-server/objects.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'
import { annotate, change, envFrom, quick, rolling, run, shop, stampOn } from './rig.js'

const patient = { timeout: 15_000 }

describe('one after the other', () => {
  it('rolls the workloads of a turn, and stops at one that fails', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('all', { a: '1' }))
    const names = ['one', 'two', 'three', 'four']
    for (const name of names) {
      const annotations = { 'hotmount.dev/turn': 'shops' }
      server.store.create('deployments', rolling(name, { annotations, template: { spec: envFrom('all') } }))
    }
    await server.workloads.settled()
    const { said, reports } = await run(server)
    await expect.poll(() => said('adopted').length).toBe(4)
    change(server, 'all', { a: '2' })
    await expect.poll(() => said('complete').length).toBe(4)
    const order = reports.flatMap(({ outcome, workload: { name } }) =>
      outcome === 'rolled' || outcome === 'complete' ? [name] : [],
    )
    expect(order.filter((_, index) => index % 2 === 0)).toEqual(order.filter((_, index) => index % 2 === 1))
    // Now none becomes ready.
    server.workloads.healthy = () => false
    change(server, 'all', { a: '3' })
    await expect.poll(() => said('rolled').length).toBe(5)
    const broken = reports.findLast(({ outcome }) => outcome === 'rolled')?.workload.name ?? ''
    await server.workloads.settled()
    server.workloads.exceedDeadline('default', broken)
    await expect.poll(() => said('stuck')).toEqual([`stuck ${broken}`])
    expect(said('rolled')).toHaveLength(5)
    // A better config, and all of them get it.
    server.workloads.healthy = () => true
    change(server, 'all', { a: '4' })
    await expect.poll(() => said('complete').length, { timeout: 10_000 }).toBe(8)
  })
})

describe('a rollout that does not go on', () => {
  it.each(['statefulsets', 'daemonsets'])('is told of, and may go on after all: %s', async (plural) => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('shop', { a: '1' }))
    server.store.create(plural, rolling('shop', { annotations: { 'hotmount.dev/deadline': '1s' } }))
    await server.workloads.settled()
    const { said } = await run(server)
    await expect.poll(() => said()).toEqual(['adopted shop'])
    server.workloads.healthy = () => false
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('rolled', 'stuck'), patient).toEqual(['rolled shop', 'stuck shop'])
    server.workloads.healthy = () => true
    server.workloads.look()
    await expect.poll(() => said('stuck', 'complete'), patient).toEqual(['stuck shop', 'complete shop'])
  })
})

describe('a rollout that is over before its write is answered', () => {
  it('is told of as complete', async () => {
    const server = await shop()
    const client = await clientOf(server, 'controller')
    const patch = client.patch.bind(client)
    client.patch = async (...args) => {
      const answer = await patch(...args)
      if (stampOn(server, 'shop') !== undefined) await seen()
      return answer
    }
    const { said, controller } = await run(server, { client })
    // What comes by the watch after it has been seen, too.
    const seen = async (): Promise<void> => {
      await server.workloads.settled()
      if (server.store.find('deployments', 'default', 'after')) return
      server.store.create('deployments', rolling('after'))
      await expect.poll(() => said('adopted').length, patient).toBe(2)
    }
    await expect.poll(() => said()).toEqual(['adopted shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('rolled', 'complete'), patient).toEqual(['rolled shop', 'complete shop'])
    expect(controller.rolling).toBe(0)
  })
})

describe('a workload that rewrites its own ConfigMap', () => {
  it('is stopped by the breaker', async () => {
    const server = await shop()
    let writes = 0
    const rollouts = follow(await clientOf(server), resources.deployments, {
      map: ({ spec }) => spec?.template?.metadata?.annotations?.[stampName] ?? '',
    })
    onTestFinished(() => rollouts.close())
    rollouts.on('change', ({ kind }) => {
      if (kind === 'changed') change(server, 'shop', { a: `written ${++writes}` })
    })
    const { said } = await run(server, {
      defaults: { ...usualOptions.defaults, coalesce: quick, breaker: { max: 4, withinMs: 3_600_000 } },
    })
    await expect.poll(() => said()).toEqual(['adopted shop'])
    change(server, 'shop', { a: '2' })
    await expect.poll(() => said('waiting'), { timeout: 10_000 }).toContain('waiting shop for breaker')
    // Counted where they are watched: controllers of a cluster skip templates that are gone by the time they look.
    await expect.poll(() => writes).toBe(4)
    annotate(server, 'shop', { 'hotmount.dev/release': 'by me' })
    await expect
      .poll(() => said('waiting').filter((line) => line.endsWith('breaker')).length, { timeout: 10_000 })
      .toBe(2)
    await expect.poll(() => writes).toBe(8)
  })
})
