import { randomUUID } from 'node:crypto'
import { type KubeClient, kubeClient, resources } from '@hotmount/adapters/kubernetes'
import { describe, expect, it, onTestFinished } from 'vitest'
import { namespaceType } from '../../../packages/adapters/src/controller/workload-types.js'
import { openController, usualOptions } from '../../../packages/adapters/src/controller/open-controller.js'
import { clientOf, doubledServer } from '../../support/api-server/start.js'
import { realKubeconfig } from '../../support/real-server/upstream.js'

// The same on the double and, where HOTMOUNT_TEST_KUBECONFIG names one, on a real API server.

const cluster = async (): Promise<{ readonly client: KubeClient; readonly namespace: string }> => {
  const namespace = `hotmount-test-${randomUUID().slice(0, 8)}`
  const client =
    realKubeconfig === null
      ? await clientOf(await doubledServer())
      : await kubeClient({ kubeconfig: realKubeconfig })
  await client.create(namespaceType, { metadata: { name: namespace } })
  onTestFinished(async () => {
    await client.delete(namespaceType, { name: namespace }).catch(() => undefined)
    await client.close()
  })
  return { client, namespace }
}

describe('a controller on an API server, the double or a real one', () => {
  it.each(['annotations', 'env-vars'] as const)(
    'adopts, then rolls once, by %s',
    async (strategy) => {
      const { client, namespace } = await cluster()
      const labels = { app: 'shop' }
      const container = {
        name: 'shop',
        image: 'registry.k8s.io/pause:3.9',
        envFrom: [{ configMapRef: { name: 'shop' } }],
      }
      const deployment = {
        metadata: { name: 'shop', namespace, annotations: { 'hotmount.dev/rollout': 'auto' } },
        spec: {
          replicas: 1,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      }
      await client.create(resources.configMaps, { metadata: { name: 'shop', namespace }, data: { a: '1' } })
      await client.create(resources.deployments, deployment)
      const scope = { ...usualOptions.scope, namespaces: [namespace] }
      const { cluster: followed, controller } = await openController({
        ...usualOptions,
        client,
        scope,
        strategy,
      })
      const told: string[] = []
      controller.on('report', ({ outcome }) => told.push(outcome))
      const ending = new AbortController()
      const running = controller.run(ending.signal).catch(() => undefined)
      onTestFinished(async () => {
        ending.abort()
        await running
        await followed.close()
      })
      const read = () => client.get(resources.deployments, { namespace, name: 'shop' })
      const templates = async (): Promise<string | undefined> =>
        (await read()).metadata.annotations?.['deployment.kubernetes.io/revision']
      await expect.poll(() => told, { timeout: 20_000 }).toContain('adopted')
      await expect.poll(templates).toBe('1')
      const ref = { namespace, name: 'shop' }
      await client.patch(resources.configMaps, ref, { type: 'merge', body: { data: { a: '2' } } })
      await expect.poll(() => told, { timeout: 20_000 }).toContain('rolled')
      await expect.poll(templates).toBe('2')
      const { spec } = await read()
      expect(spec?.template?.metadata?.annotations?.['hotmount.dev/rolled-digest']).toMatch(/^[0-9a-f]{16}$/)
      // Nothing else of the template is touched.
      expect(spec?.template?.spec).toMatchObject({
        containers: [
          { ...container, ...(strategy === 'env-vars' && { env: [{ name: 'STAKATER_SHOP_CONFIGMAP' }] }) },
        ],
      })
      await client.patch(resources.configMaps, ref, {
        type: 'merge',
        body: { metadata: { labels: { seen: 'yes' } } },
      })
      await client.patch(resources.configMaps, ref, { type: 'merge', body: { data: { a: '3' } } })
      await expect
        .poll(() => told.filter((outcome) => outcome === 'rolled').length, { timeout: 20_000 })
        .toBe(2)
      await expect.poll(templates).toBe('3')
    },
    90_000,
  )
})
