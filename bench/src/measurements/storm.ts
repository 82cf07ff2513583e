import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.js'
import { Child } from '../child.js'
import { nowUs } from '../clock.js'
import type { ClientRequest, Load } from '../processes/clients.js'
import type { ServerRequest, Tally } from '../processes/server.js'
import type { StormCell, StormRound } from '../results.js'
import { configOf, type Place } from '../web-server.js'

type By = (ServerRequest & { ask: 'start' })['by']

const patienceMs = 60_000
/** So long after the last slow client was served, workers of old revisions should be gone. */
const lingerMs = 1000

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Two hundred swaps, say, with clients that are slow; then what it took until the last one was in effect. */
const storm = async (bench: Bench, place: Place, by: By): Promise<StormRound> => {
  const { swaps, durationMs } = bench.plan.storm
  const put = async (swap: number): Promise<number> =>
    bench.put(place.mount, { 'nginx.conf': configOf(place, `v${swap}`) })
  await put(0)
  const [server, clients] = [new Child('server'), new Child('clients')]
  try {
    await server.ask({ ask: 'start', by, place } satisfies ServerRequest)
    await clients.ask({
      ask: 'until',
      port: place.port,
      body: 'v0',
      withinMs: patienceMs,
    } satisfies ClientRequest)
    await clients.ask({ ask: 'start' } satisfies ClientRequest)
    const startedAt = performance.now()
    let publishedUs = 0
    for (let swap = 1; swap <= swaps; swap += 1) {
      publishedUs = await put(swap)
      await sleep(Math.max(0, startedAt + (swap * durationMs) / swaps - performance.now()))
    }
    const since = async (ended: Promise<unknown>): Promise<number> => {
      await ended
      return (nowUs() - publishedUs) / 1000
    }
    const until = { ask: 'until', port: place.port, body: `v${swaps}`, withinMs: patienceMs } as const
    const [servedMs, verifiedMs] = await Promise.all([
      since(clients.ask(until satisfies ClientRequest)),
      since(server.ask({ ask: 'inSync', withinMs: patienceMs } satisfies ServerRequest)),
    ])
    const load = await clients.ask<Load>({ ask: 'stop' } satisfies ClientRequest)
    await sleep(lingerMs)
    const tally = await server.ask<Tally>({ ask: 'tally' } satisfies ServerRequest)
    return { ...tally, ...load, swaps, servedMs, ...(by === 'hotmount' ? { verifiedMs } : {}) }
  } finally {
    await server.ask({ ask: 'stop' } satisfies ServerRequest)
    await Promise.all([server.end(), clients.end()])
  }
}

const run = async (bench: Bench, by: By): Promise<StormRound> =>
  bench.withVolumes(2, async ([mount = '', work = '']) => {
    mkdirSync(work, { recursive: true, mode: 0o777 })
    writeFileSync(join(work, 'slow'), Buffer.alloc(bench.plan.storm.slowBytes))
    return storm(bench, { mount, work, port: await freePort() }, by)
  })

/** nginx in a storm of swaps, reloaded by hotmount and by a signal for each event. */
export const measureStorm = async (bench: Bench): Promise<readonly StormCell[]> => {
  const cells: readonly { by: By; rounds: StormRound[] }[] = [
    { by: 'hotmount', rounds: [] },
    { by: 'signal', rounds: [] },
  ]
  await bench.eachRound(cells, async ({ by, rounds }, round) => {
    if (round < bench.plan.storm.rounds) rounds.push(await run(bench, by))
  })
  return cells
}
