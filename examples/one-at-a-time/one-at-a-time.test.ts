import path from 'node:path'
import { simulateMount } from '@hotmount/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { kubeconfigOf } from '../../test/support/api-server/credentials.js'
import { pod } from '../../test/support/api-server/objects.js'
import { apiServer } from '../../test/support/api-server/start.js'
import { directory } from '../../test/support/mounted.js'
import { roleIn } from '../../test/support/roles.js'
import { runExample } from '../../test/support/running-example.js'

const names = ['shop-0', 'shop-1', 'shop-2']
const patient = { timeout: 30_000 }

describe('three replicas', () => {
  it('take a config one after another; one that fails keeps it from the others', async () => {
    const server = await apiServer()
    server.access.grant('shop', roleIn('examples/one-at-a-time/pod.yaml'))
    const KUBECONFIG = kubeconfigOf(server, path.join(await directory(), 'kubeconfig'), 'shop')
    const all = await Promise.all(
      names.map(async (name) => {
        server.store.create('pods', pod(name))
        const volume = await simulateMount({ 'page.txt': 'Hello, {visitor}.' })
        const app = runExample('one-at-a-time/main', [volume.path], {
          env: { KUBECONFIG, POD_NAME: name, PORT: '0' },
        })
        onTestFinished(async () => {
          await app[Symbol.asyncDispose]()
          await volume[Symbol.asyncDispose]()
        })
        return { volume, app, url: `http://127.0.0.1:${await app.port()}/` }
      }),
    )
    const publish = (page: string) => Promise.all(all.map(({ volume }) => volume.swap({ 'page.txt': page })))
    const served = (): Promise<readonly string[]> =>
      Promise.all(all.map(async ({ url }) => (await fetch(url)).text()))
    const noted = (state: string): number =>
      server.store
        .list('pods')
        .filter(({ metadata }) => metadata.annotations?.['hotmount.dev/state'] === state).length

    await expect.poll(() => noted('inSync'), patient).toBe(3)
    await publish('Welcome, {visitor}.')
    await expect.poll(served, patient).toEqual(names.map(() => 'Welcome, you.'))
    await publish('Welcome, {visiter}.')
    const said = (pattern: RegExp): number => all.filter(({ app }) => pattern.test(app.output)).length
    await expect
      .poll(() => said(/rejected: shop: held: shop-\d has applied this config and failed/), patient)
      .toBe(2)
    await expect.poll(() => said(/rolledBack: /), patient).toBe(1)
    expect(await served()).toEqual(names.map(() => 'Welcome, you.'))
    await expect.poll(() => noted('rejected'), patient).toBe(3)
    await publish('Good to see {visitor}.')
    await expect.poll(served, patient).toEqual(names.map(() => 'Good to see you.'))
    await expect.poll(() => noted('inSync'), patient).toBe(3)
  }, 120_000)
})
