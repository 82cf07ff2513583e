import { describe, expect, it } from 'vitest'
import { configMap } from '../../support/api-server/objects.js'
import { apiServer } from '../../support/api-server/start.js'
import { envOf } from './manifests.js'
import { adopted, startController } from './process.js'
import { change, envFrom, templatesOf, rolling } from './rig.js'

// As large as a cluster of some weight: 20 namespaces of 50 workloads and 25 ConfigMaps, each used by two of them.
const namespaces = Array.from({ length: 20 }, (_, index) => `team-${index}`)
const perNamespace = { workloads: 50, configs: 25 }
const burst = { changes: 200, ms: 2000 }
const limitMb = 150

describe('1,000 workloads and 500 ConfigMaps', () => {
  it('roll once each after 200 changes in two seconds, in little memory', async () => {
    const server = await apiServer()
    const value = 'x'.repeat(2000)
    for (const namespace of namespaces) {
      for (let index = 0; index < perNamespace.configs; index++) {
        const data = { 'app.yaml': value, 'log.level': '1', index: `${index}` }
        server.store.create('configmaps', configMap(`config-${index}`, data, namespace))
      }
      for (let index = 0; index < perNamespace.workloads; index++) {
        const spec = envFrom(`config-${index % perNamespace.configs}`)
        server.store.create(
          'deployments',
          rolling(`app-${index}`, { namespace, replicas: 1, template: { spec } }),
        )
      }
    }
    await server.workloads.settled()
    const controller = await startController(server, ['--coalesce', '3s:30s', '--no-lease'], {
      env: envOf('cluster.yaml'),
    })
    await expect.poll(() => controller.said('workload adopted'), { timeout: 120_000 }).toBe(1000)
    await adopted(server, 1000)
    const before = server.counts.all()
    server.counts.clear()
    // Ten ConfigMaps in each namespace, spread over the time.
    const affected = new Set<string>()
    const begun = performance.now()
    for (let index = 0; index < burst.changes; index++) {
      const namespace = namespaces[index % namespaces.length] ?? ''
      const config = Math.floor(index / namespaces.length)
      change(server, `config-${config}`, { 'app.yaml': value, 'log.level': '2' }, namespace)
      for (const app of [config, config + perNamespace.configs]) affected.add(`${namespace}/app-${app}`)
      const due = begun + (index * burst.ms) / burst.changes
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())))
    }
    expect(affected.size).toBe(400)
    await expect
      .poll(() => controller.said('workload complete'), { timeout: 600_000, interval: 500 })
      .toBe(400)
    const generations = namespaces.flatMap((namespace) =>
      Array.from({ length: perNamespace.workloads }, (_, index) => ({
        id: `${namespace}/app-${index}`,
        generation: templatesOf(server, `app-${index}`, 'deployments', namespace),
      })),
    )
    const wrong = generations.filter(({ id, generation }) => generation !== (affected.has(id) ? 2 : 1))
    expect(wrong).toEqual([])
    const after = server.counts.all()
    // One write for each rollout, two Events for each (rolls, complete), and nothing else: all reading is watching.
    expect(after['patch deployments']).toBeLessThan(440)
    expect(after['create events']).toBeLessThanOrEqual(800)
    expect(Object.keys(after).filter((name) => /^(get|list) /.test(name))).toEqual([])
    const memory = controller.memory()
    console.log(`requests to adopt: ${JSON.stringify(before)}`)
    console.log(`requests of the burst: ${JSON.stringify(after)}`)
    console.log(`memory of the controller: ${memory.now} MB, at most ${memory.most} MB`)
    expect(memory.most).toBeLessThan(limitMb)
    expect(await controller.end()).toBe(0)
    // The controllers of a real cluster take some minutes to make a thousand pods.
  }, 1_500_000)
})
