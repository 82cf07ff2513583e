import path from 'node:path'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { argsOf, deploymentIn, rulesOf } from '../../test/adapters/controller/manifests.js'
import { adopted, startController } from '../../test/adapters/controller/process.js'
import { templatesOf } from '../../test/adapters/controller/rig.js'
import { kubeconfigOf } from '../../test/support/api-server/credentials.js'
import type { Stored } from '../../test/support/api-server/kinds.js'
import { apiServer } from '../../test/support/api-server/start.js'
import { roleIn } from '../../test/support/roles.js'
import { directory } from '../../test/support/mounted.js'
import { runExample } from '../../test/support/running-example.js'

const here = 'examples/rolled-by-controller/pod.yaml'
const patient = { timeout: 20_000 }

/** The Deployment of pod.yaml, in the namespace of the controller's Role, with one pod. */
const deployment = (): Stored => {
  const found = deploymentIn(here)
  const metadata = { ...found.metadata, namespace: 'shop' }
  return { ...found, metadata, spec: { ...(found['spec'] as object), replicas: 1 } }
}

describe('a Secret that the controller may not read', () => {
  it('rolls the pods that have it mounted, once', async () => {
    const server = await apiServer()
    server.store.create('deployments', deployment())
    await server.workloads.settled()
    const pod = server.store.list('pods', 'shop')[0]?.metadata.name ?? ''
    server.access.grant('pod', roleIn(here, 'shop'))
    const KUBECONFIG = kubeconfigOf(server, path.join(await directory(), 'kubeconfig'), 'pod', 'shop')
    const volume = await simulateMount({ username: 'shop', password: 'swordfish' })
    const app = runExample('rolled-by-controller/main', [volume.path], {
      env: { KUBECONFIG, POD_NAME: pod, PORT: '0' },
    })
    onTestFinished(async () => {
      await app[Symbol.asyncDispose]()
      await volume[Symbol.asyncDispose]()
    })
    expect(await (await fetch(`http://127.0.0.1:${await app.port()}/`)).text()).toBe('connected as shop\n')
    const reported = (): unknown =>
      server.store.find('pods', 'shop', pod)?.metadata.annotations?.['hotmount.dev/desired-digest']
    await expect.poll(reported, patient).toMatch(/^[0-9a-f]{64}$/)
    const controller = await startController(server, [...argsOf('by-pods.yaml'), '--coalesce', '100ms:1s'], {
      rules: rulesOf('by-pods.yaml'),
      namespace: 'shop',
      env: { POD_NAMESPACE: 'shop' },
    })
    await adopted(server, 1)
    expect(templatesOf(server, 'shop', 'deployments', 'shop')).toBe(1)
    await volume.swap({ username: 'shop', password: 'marlin-blue' })
    await app.printed(/rejected: .* needs another pod/)
    await expect.poll(() => controller.said('workload complete'), patient).toBe(1)
    expect(templatesOf(server, 'shop', 'deployments', 'shop')).toBe(2)
    expect(server.store.list('pods', 'shop').map(({ metadata }) => metadata.name)).not.toContain(pod)
    const all = JSON.stringify([
      controller.log(),
      server.store.list('deployments'),
      server.store.list('events'),
      app.output,
    ])
    expect(all).not.toMatch(/swordfish|marlin-blue/)
    expect(Object.keys(server.counts.all()).filter((name) => name.endsWith('secrets'))).toEqual([])
  }, 60_000)
})
