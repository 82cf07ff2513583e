import { describe, expect, it } from 'vitest'
import { configMap } from '../../support/api-server/objects.js'
import { apiServer } from '../../support/api-server/start.js'
import { freePort } from '../../support/free-port.js'
import { adopted, startController } from './process.js'
import { change, rolling } from './rig.js'

const patient = { timeout: 20_000 }

describe('the endpoints', () => {
  it('tell whether it is alive, whether it has read all there is, and what it did', async () => {
    const server = await apiServer()
    server.store.create('configmaps', configMap('shop', { a: '1' }))
    server.store.create('deployments', rolling('shop'))
    await server.workloads.settled()
    const port = await freePort()
    const ask = async (path: string, method = 'GET') => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method }).catch(() => undefined)
      return `${response?.status ?? 0} ${(await response?.text())?.trim() ?? ''}`
    }
    const controller = await startController(
      server,
      ['--listen', `127.0.0.1:${port}`, '--coalesce', '100ms:1s'],
      { rules: [] },
    )
    await expect.poll(() => ask('/livez'), patient).toBe('200 ok')
    await expect.poll(() => ask('/readyz'), patient).toContain('configmaps cannot be read')
    expect(await ask('/readyz')).toMatch(/^503 not everything has been read yet/)
    server.access.grant('controller')
    await expect.poll(() => ask('/readyz'), { timeout: 40_000 }).toBe('200 ok')
    expect([await ask('/live'), await ask('/healthz')]).toEqual(['200 ok', '200 ok'])
    await adopted(server, 1)
    change(server, 'shop', { a: '2' })
    await expect.poll(() => controller.said('workload complete'), patient).toBe(1)
    const metrics = await ask('/metrics')
    const value = (name: string): string | undefined =>
      metrics
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.slice(name.length + 1)
    expect({
      rolled: value(
        'hotmount_controller_reports_total{outcome="rolled",namespace="default",kind="Deployment"}',
      ),
      reloader: value('reloader_reload_executed_total{success="true"}'),
      leader: value('hotmount_controller_leader'),
      workloads: value('hotmount_controller_workloads'),
      resources: value('hotmount_controller_resources'),
      held: value('hotmount_controller_waiting{for="breaker"}'),
      waited: value('hotmount_controller_waited_seconds_count'),
    }).toEqual({
      rolled: '1',
      reloader: '1',
      leader: '1',
      workloads: '1',
      resources: '1',
      held: '0',
      waited: '1',
    })
    expect(metrics).not.toContain('"shop"')
    expect(await ask('/nothing')).toMatch(/^404/)
    expect(await ask('/metrics', 'POST')).toMatch(/^405/)
    expect(controller.said('trouble')).toBeGreaterThan(3)
    expect(controller.said('trouble over')).toBe(controller.said('trouble'))
  }, 90_000)
})
