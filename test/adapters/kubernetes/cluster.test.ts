import { randomUUID } from 'node:crypto'
import {
  acquireLease,
  amend,
  ApiError,
  EventLog,
  fleetStatus,
  follow,
  type KubeClient,
  kubeClient,
  type KubeObject,
  pages,
  type Resource,
  resources,
  rollout,
} from '@hotmount/adapters/kubernetes'
import { reload, systemClock } from '@hotmount/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientOf, doubledServer } from '../../support/api-server/start.js'
import { realKubeconfig } from '../../support/real-server/upstream.js'
import { mounted } from '../../support/mounted.js'

// The same tests on the double and, where HOTMOUNT_TEST_KUBECONFIG names one, on a real API server: what both do alike
// is what the rest of the tests rely on.
const namespaces: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  isClusterWide: true,
}

/** A client with an empty namespace of its own, which is deleted when the test is over. */
const cluster = async (): Promise<{ readonly client: KubeClient; readonly namespace: string }> => {
  const namespace = `hotmount-test-${randomUUID().slice(0, 8)}`
  const client =
    realKubeconfig === null
      ? await clientOf(await doubledServer())
      : await kubeClient({ kubeconfig: realKubeconfig })
  await client.create(namespaces, { metadata: { name: namespace } })
  onTestFinished(async () => {
    await client.delete(namespaces, { name: namespace }).catch(() => undefined)
    await client.close()
  })
  return { client, namespace }
}

const template = {
  metadata: { labels: { app: 'shop' } },
  spec: { containers: [{ name: 'shop', image: 'registry.k8s.io/pause:3.9' }] },
}
const shop = (namespace: string, replicas: number): KubeObject & { spec: object } => ({
  metadata: { name: 'shop', namespace },
  spec: { replicas, selector: { matchLabels: { app: 'shop' } }, template },
})

/** Where no scheduler gives pods a node, nobody makes them ready: then this does. */
const pretendKubelet = (client: KubeClient, namespace: string): void => {
  const lost = follow(client, resources.pods, {
    namespace,
    map: ({ spec, status }) =>
      spec?.nodeName === undefined && status?.phase === 'Pending' ? true : undefined,
  })
  onTestFinished(() => lost.close())
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  lost.on('change', ({ kind, name }) => {
    if (kind === 'removed') return
    client
      .patch(
        resources.pods,
        { name, namespace },
        { type: 'merge', body: { status } },
        { subresource: 'status' },
      )
      .catch(() => undefined)
  })
}

describe('an API server, the double or a real one', { timeout: 60_000 }, () => {
  it('creates, lists page by page, follows and deletes', async () => {
    const { client, namespace } = await cluster()
    const told: string[] = []
    const follower = follow(client, resources.configMaps, {
      namespace,
      labelSelector: 'app=shop',
      map: ({ data }) => data?.['n'],
    })
    onTestFinished(() => follower.close())
    follower.on('change', ({ kind, name, value }) => told.push(`${kind} ${name} ${value}`))
    await follower.synced()
    for (let n = 0; n < 5; n += 1) {
      const metadata = { name: `c${n}`, namespace, labels: { app: 'shop' } }
      await client.create(resources.configMaps, { metadata, data: { n: `${n}` } })
    }
    const sizes: number[] = []
    const query = { namespace, labelSelector: 'app=shop', limit: 2 }
    for await (const { items } of pages(client, resources.configMaps, query)) sizes.push(items.length)
    expect(sizes).toEqual([2, 2, 1])
    const changed = { type: 'merge', body: { data: { n: '9' } } } as const
    await client.patch(resources.configMaps, { name: 'c0', namespace }, changed)
    await client.delete(resources.configMaps, { name: 'c1', namespace })
    await expect.poll(() => told.slice(5), { timeout: 10_000 }).toEqual(['changed c0 9', 'removed c1 1'])
  })

  it('refuses a write after somebody else has written, and a name that is taken or not there', async () => {
    const { client, namespace } = await cluster()
    const ref = { name: 'c', namespace }
    const made = await client.create(resources.configMaps, { metadata: ref, data: { n: '0' } })
    await client.update(resources.configMaps, { ...made, data: { n: '1' } })
    const failures = await Promise.all(
      [
        client.update(resources.configMaps, made),
        client.create(resources.configMaps, { metadata: ref }),
        client.get(resources.configMaps, { name: 'none', namespace }),
        client.patch(resources.configMaps, ref, {
          type: 'merge',
          body: { metadata: { resourceVersion: made.metadata.resourceVersion } },
        }),
      ].map((work) =>
        work.then(
          () => undefined,
          (error: unknown) => error,
        ),
      ),
    )
    expect(
      failures.map((error) => (error instanceof ApiError ? `${error.status} ${error.reason}` : 'none')),
    ).toEqual(['409 Conflict', '409 AlreadyExists', '404 NotFound', '409 Conflict'])
    const amended = await amend(client, resources.configMaps, ref, ({ data = {} }) => ({
      type: 'merge',
      body: { data: { n: `${Number(data['n']) + 1}` } },
    }))
    expect(amended.data).toEqual({ n: '2' })
  })

  it('refuses a field that a type cannot be asked for, and a Lease without the version that is meant', async () => {
    const { client, namespace } = await cluster()
    const fieldSelector = 'data.a=1'
    await expect(client.list(resources.configMaps, { namespace, fieldSelector })).rejects.toMatchObject({
      status: 400,
    })
    const metadata = { name: 'baton', namespace }
    await client.create(resources.leases, { metadata })
    await expect(client.update(resources.leases, { metadata })).rejects.toMatchObject({ status: 422 })
    const read = await client.get(resources.leases, metadata)
    await client.delete(resources.leases, metadata)
    await expect(client.update(resources.leases, read)).rejects.toMatchObject({ status: 409 })
  })

  it('applies what it owns and removes what it owns no longer', async () => {
    const { client, namespace } = await cluster()
    const ref = { name: 'c', namespace }
    const apply = (data: object, fieldManager = 'hotmount') =>
      client.patch(
        resources.configMaps,
        ref,
        { type: 'apply', body: { metadata: ref, data } },
        { fieldManager },
      )
    await apply({ a: '1', b: '1' })
    expect((await apply({ a: '2' })).data).toEqual({ a: '2' })
    await expect(apply({ a: '3' }, 'other')).rejects.toMatchObject({ status: 409 })
  })

  it('bumps the generation for a new template, and not for a write that changes nothing', async () => {
    const { client, namespace } = await cluster()
    const ref = { name: 'shop', namespace }
    await client.create(resources.deployments, shop(namespace, 0))
    const patch = (digest: string) =>
      client.patch(resources.deployments, ref, {
        type: 'merge',
        body: { spec: { template: { metadata: { annotations: { 'hotmount.dev/digest': digest } } } } },
      })
    const before = (await client.get(resources.deployments, ref)).metadata.generation ?? 0
    expect((await patch('1')).metadata.generation).toBe(before + 1)
    expect((await patch('1')).metadata.generation).toBe(before + 1)
  })

  it('gives a lease to one at a time, and counts Events up', async () => {
    const { client, namespace } = await cluster()
    const lease = { name: 'baton', namespace, duration: '3s', retry: 500 } as const
    const first = await acquireLease(client, { ...lease, identity: 'a' })
    const second = acquireLease(client, { ...lease, identity: 'b' })
    await first.release()
    const held = await second
    expect(held.isHeld).toBe(true)
    await held.release()
    const about = await client.create(resources.configMaps, { metadata: { name: 'c', namespace } })
    const log = new EventLog(client, 'hotmount', 'test', systemClock)
    const involved = { apiVersion: 'v1', kind: 'ConfigMap', metadata: about.metadata }
    for (let n = 0; n < 3; n += 1)
      await log.tell(involved, { type: 'Normal', reason: 'Test', message: 'again' })
    const { items } = await client.list(resources.events, { namespace })
    expect(items.map(({ reason, count }) => [reason, count])).toEqual([['Test', 3]])
  })

  it('rolls a Deployment', async ({ skip }) => {
    const { client, namespace } = await cluster()
    await client.create(resources.deployments, shop(namespace, 2))
    const ref = { name: 'shop', namespace }
    const seen = async () =>
      ((await client.get(resources.deployments, ref)).status?.observedGeneration ?? 0) > 0
    const hasControllers = await expect
      .poll(seen, { timeout: 10_000 })
      .toBe(true)
      .then(
        () => true,
        () => false,
      )
    if (!hasControllers) skip('this API server has no controllers that roll Deployments')
    pretendKubelet(client, namespace)
    const ready = async () =>
      (await fleetStatus(client, { selector: 'app=shop', namespace })).filter((pod) => pod.ready).length
    await expect.poll(ready, { timeout: 30_000 }).toBe(2)
    const { volume, mount } = await mounted({ k: '1' })
    const reaction = rollout({ client, workload: 'deployment/shop', namespace, poll: 100 })
    const loop = reload(mount, reaction)
    onTestFinished(() => loop.close())
    await volume.swap({ k: '2' })
    await mount.resync()
    const evidence = 'deployment/shop rolled out: 2 new pods'
    expect(await loop.inSync()).toMatchObject({ outcome: 'applied', evidence })
  })
})
