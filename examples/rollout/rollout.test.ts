import path from 'node:path'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Rule } from '../../test/support/api-server/access.js'
import { kubeconfigOf } from '../../test/support/api-server/credentials.js'
import { workload } from '../../test/support/api-server/objects.js'
import { apiServer } from '../../test/support/api-server/start.js'
import { roleIn } from '../../test/support/roles.js'
import { directory } from '../../test/support/mounted.js'
import { runExample } from '../../test/support/running-example.js'

const role = roleIn('examples/rollout/pod.yaml')

const start = async (rules: readonly Rule[] = role) => {
  const server = await apiServer()
  server.store.create('deployments', workload({ name: 'shop', replicas: 3 }))
  await expect.poll(() => server.store.list('pods').length).toBe(3)
  await server.workloads.settled()
  const pod = server.store.list('pods')[0]?.metadata.name ?? ''
  server.access.grant('shop', rules)
  server.counts.clear()
  const KUBECONFIG = kubeconfigOf(server, path.join(await directory(), 'kubeconfig'), 'shop')
  const volume = await simulateMount({ GREETING: 'hello' })
  const env = { KUBECONFIG, POD_NAME: pod, PORT: '0', GREETING: 'hello' }
  const app = runExample('rollout/main', [volume.path, 'deployment/shop'], { env })
  onTestFinished(async () => {
    await app[Symbol.asyncDispose]()
    await volume[Symbol.asyncDispose]()
  })
  const port = await app.port()
  const digest = (): string => {
    const { template } = server.store.get('deployments', 'default', 'shop')['spec'] as {
      template: { metadata: { annotations?: Record<string, string> } }
    }
    return template.metadata.annotations?.['hotmount.dev/digest'] ?? ''
  }
  await expect
    .poll(
      () => server.store.get('pods', 'default', pod).metadata.annotations?.['hotmount.dev/applied-digest'],
    )
    .toBeDefined()
  return { server, volume, app, pod, port, digest }
}

describe('an app that cannot reload', () => {
  it('has its pods replaced, once, with no right but those of its Role', async () => {
    const { server, volume, app, digest } = await start()
    await volume.swap({ GREETING: 'hunter2' })
    await app.printed(/rolled out .*3 new pods/)
    expect(digest()).toMatch(/^[0-9a-f]{64}$/)
    expect(server.workloads.made).toBe(6)
    await expect
      .poll(() => server.store.list('events').map((event) => event['reason']))
      .toEqual(['ConfigApplied'])
    expect(Object.keys(server.counts.all())).toEqual([
      'create events',
      'get deployments',
      'patch deployments',
      'patch pods',
    ])
    expect(app.output + JSON.stringify(server.store.list('events'))).not.toContain('hunter2')
  })

  it('may end in the middle of its own rollout', async () => {
    const { server, volume, app, port, digest } = await start()
    server.workloads.pause()
    await volume.swap({ GREETING: 'bye' })
    await expect.poll(digest).not.toBe('')
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hello\n')
    app.kill('SIGTERM')
    expect(await app.exited).toBe(0)
    server.workloads.resume()
    await server.workloads.settled()
    const pods = server.store.list('pods')
    expect(pods.map(({ metadata }) => metadata.annotations?.['hotmount.dev/digest'])).toEqual(
      Array.from({ length: 3 }, digest),
    )
  })

  it('says which right it lacks', async () => {
    const { volume, app } = await start(role.filter(({ apiGroups }) => apiGroups.includes('')))
    await volume.swap({ GREETING: 'bye' })
    await app.printed(/rejected: /)
    expect(app.output).toContain('get deployments/shop in namespace default: the API server answered 403')
  })
})
