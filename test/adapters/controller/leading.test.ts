import { expect, it } from 'vitest'
import { startController } from './process.js'
import { shop } from './rig.js'

const patient = { timeout: 30_000 }

it.each([undefined, ''])(
  'one of two leads on a host that gives them no name of a pod: %j',
  async (pod) => {
    const server = await shop()
    const start = (user: string) => startController(server, [], { user, env: { POD_NAME: pod } })
    const a = await start('a')
    await expect.poll(() => a.said('leads'), patient).toBe(1)
    const b = await start('b')
    await expect.poll(() => b.said('begins'), patient).toBe(1)
    const before = server.counts.of('get leases')
    await expect.poll(() => server.counts.of('get leases') - before, patient).toBeGreaterThan(2)
    expect(b.said('leads')).toBe(0)
    expect(await a.end()).toBe(0)
    await expect.poll(() => b.said('leads'), patient).toBe(1)
    expect(await b.end()).toBe(0)
    const names = [a, b].map(({ log }) => log().find(({ msg }) => msg === 'leads')?.['identity'])
    expect(new Set(names).size).toBe(2)
  },
  60_000,
)
