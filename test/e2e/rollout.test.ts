import {
  fleetStatus,
  follow,
  type Follower,
  type KubeClient,
  report,
  resources,
  rollout,
  waitForFleet,
} from '@hotmount/adapters/kubernetes'
import { reload, type Report, watchConfigMap } from '@hotmount/core'
import { type Data, simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Rule } from '../support/api-server/access.js'
import type { Stored } from '../support/api-server/kinds.js'
import { workload } from '../support/api-server/objects.js'
import { apiServer, clientOf, type Server } from '../support/api-server/start.js'
import { templatesOf } from '../support/api-server/templates.js'

const role: readonly Rule[] = [
  {
    apiGroups: ['apps'],
    resources: ['deployments'],
    resourceNames: ['shop'],
    verbs: ['get', 'patch'],
    namespace: 'default',
  },
  { apiGroups: [''], resources: ['pods'], verbs: ['patch'], namespace: 'default' },
  { apiGroups: [''], resources: ['events'], verbs: ['create', 'patch'], namespace: 'default' },
]

interface Running {
  readonly name: string
  /** What the container's variables were made from. */
  readonly startedWith: string
  readonly reports: Report[]
  swap(data: Data): Promise<unknown>
  stop(): Promise<void>
}

/** The processes of a Deployment's pods: each begins when its pod is made, and ends when its pod is deleted. */
class Pods {
  readonly running = new Map<string, Running>()
  readonly ended: Running[] = []
  readonly #server: Server
  readonly #follower: Follower<unknown>
  readonly #starting: Promise<void>[] = []
  data: { readonly GREETING: string }

  constructor(server: Server, client: KubeClient, data: { readonly GREETING: string }) {
    this.#server = server
    this.data = data
    this.#follower = follow(client, resources.pods, { map: ({ metadata }) => metadata.uid })
    this.#follower.on('change', ({ kind, name }) => {
      if (kind === 'added') this.#starting.push(this.#start(name))
      if (kind === 'removed') void this.#end(name)
    })
  }

  async #start(name: string): Promise<void> {
    const { data } = this
    const volume = await simulateMount(data)
    const mount = await watchConfigMap(volume.path)
    const client = await clientOf(this.#server, `pod ${name}`, role)
    const loop = reload(mount, rollout({ client, workload: 'deployment/shop', poll: 10 }), { timeout: '20s' })
    const told = report(loop, { mount, client, pod: name })
    const reports: Report[] = []
    loop.on('report', (said) => reports.push(said))
    told.on('error', () => undefined)
    this.running.set(name, {
      name,
      startedWith: data.GREETING,
      reports,
      swap: (next) => volume.swap(next),
      stop: async () => {
        await mount.close()
        await told.close()
        await volume[Symbol.asyncDispose]()
      },
    })
  }

  async #end(name: string): Promise<void> {
    await Promise.all(this.#starting)
    const pod = this.running.get(name)
    if (!pod) return
    this.running.delete(name)
    this.ended.push(pod)
    await pod.stop()
  }

  /** The ConfigMap is edited: kubelets see it one after the other, new pods at once. */
  async edit(data: { readonly GREETING: string }): Promise<void> {
    this.data = data
    for (const pod of this.running.values()) await pod.swap(data)
  }

  async stop(): Promise<void> {
    await this.#follower.close()
    await Promise.all(this.#starting)
    await Promise.all([...this.running.keys()].map((name) => this.#end(name)))
  }
}

const shop = async (replicas: number): Promise<{ readonly server: Server; readonly pods: Pods }> => {
  const server = await apiServer()
  const pods = new Pods(server, await clientOf(server), { GREETING: 'one' })
  onTestFinished(async () => {
    server.workloads.stop()
    await pods.stop()
  })
  server.store.create('deployments', workload({ name: 'shop', replicas }))
  await expect.poll(() => pods.running.size).toBe(replicas)
  return { server, pods }
}

/** Whether its pods are to be others than those it began with. */
const stamped = (server: Server): boolean => {
  const { template } = server.store.get('deployments', 'default', 'shop')['spec'] as { template: Stored }
  return template.metadata.annotations?.['hotmount.dev/digest'] !== undefined
}

describe('a Deployment whose pods roll themselves', { timeout: 60_000 }, () => {
  it('is rolled once by an edit, by pods of which each is replaced in the middle of it', async () => {
    const { server, pods } = await shop(4)
    const admin = await clientOf(server)
    await waitForFleet(admin, { selector: 'app=shop', least: 4 })
    const before = new Set(pods.running.keys())
    await pods.edit({ GREETING: 'two' })
    await expect
      .poll(() => [...pods.running.keys()].filter((name) => before.has(name)), { timeout: 20_000 })
      .toEqual([])
    await waitForFleet(admin, { selector: 'app=shop', least: 4 })
    await server.workloads.settled()
    expect(templatesOf(server, 'shop')).toBe(2)
    expect([...pods.running.values()].map(({ startedWith }) => startedWith)).toEqual([
      'two',
      'two',
      'two',
      'two',
    ])
    expect(pods.ended).toHaveLength(4)
    // Whoever was replaced in the middle of its verify says nothing, and nobody says that something failed.
    const outcomes = new Set(
      [...pods.ended, ...pods.running.values()]
        .flatMap(({ reports }) => reports)
        .map(({ outcome }) => outcome),
    )
    expect([...outcomes].filter((outcome) => outcome !== 'applied')).toEqual([])
    const fleet = await fleetStatus(admin, { selector: 'app=shop' })
    expect(new Set(fleet.map(({ applied, state }) => `${applied} ${state}`)).size).toBe(1)
  })

  it('ends with the last of several edits', async () => {
    const { server, pods } = await shop(3)
    const admin = await clientOf(server)
    await waitForFleet(admin, { selector: 'app=shop', least: 3 })
    for (const GREETING of ['two', 'three', 'four']) await pods.edit({ GREETING })
    await expect
      .poll(() => [...pods.running.values()].map(({ startedWith }) => startedWith), { timeout: 20_000 })
      .toEqual(['four', 'four', 'four'])
    await server.workloads.settled()
    expect(templatesOf(server, 'shop')).toBeLessThanOrEqual(4)
    await waitForFleet(admin, { selector: 'app=shop', least: 3 })
  })

  it('goes on when the API server was away in the middle of it', async () => {
    const { server, pods } = await shop(3)
    await waitForFleet(await clientOf(server), { selector: 'app=shop', least: 3 })
    server.workloads.pause()
    await pods.edit({ GREETING: 'two' })
    await expect.poll(() => stamped(server)).toBe(true)
    await server.stop()
    await server.start()
    server.workloads.resume()
    await expect
      .poll(() => [...pods.running.values()].map(({ startedWith }) => startedWith), { timeout: 20_000 })
      .toEqual(['two', 'two', 'two'])
    expect(templatesOf(server, 'shop')).toBe(2)
  })
})
