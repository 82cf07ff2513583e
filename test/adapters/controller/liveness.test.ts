import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, it } from 'vitest'
import { openController, usualOptions } from '../../../packages/adapters/src/controller/open-controller.js'
import { apiServer, clientOf } from '../../support/api-server/start.js'
import { until } from '../../support/api-server/time.js'

describe('the watches of a controller', () => {
  it('are alive while they wait for a server that is away, and dead once they do nothing any more', async () => {
    const server = await apiServer()
    const clock = fakeClock(1_000_000)
    const real = await clientOf(server, 'controller', undefined, { clock })
    let isStuck = false
    const client: typeof real = {
      ...real,
      server: real.server,
      namespace: real.namespace,
      list: (type, query) => (isStuck ? new Promise(() => undefined) : real.list(type, query)),
      watch: (type, query) => real.watch(type, query),
    }
    const { cluster } = await openController({ ...usualOptions, client, clock })
    await cluster.synced(new AbortController().signal)
    expect(cluster.dead).toEqual([])
    await server.stop()
    const from = clock.now()
    await until(clock, () => clock.now() - from > 1_800_000, 10_000)
    expect(cluster.dead).toEqual([])
    // Nothing that it asks for ends any more, be it well or badly.
    isStuck = true
    await until(clock, () => cluster.dead.length === 5, 60_000)
    expect(cluster.dead).toContain('configmaps')
    isStuck = false
  })
})
