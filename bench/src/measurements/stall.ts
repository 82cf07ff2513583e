import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.js'
import { Child } from '../child.js'
import { bare, contenderNamed, floor, ours } from '../contenders/roster.js'
import type { Seen } from '../processes/reader.js'
import type { StallCell } from '../results.js'

const paceMs = 60

const run = async (bench: Bench, name: string): Promise<readonly number[]> =>
  bench.withVolumes(1, async (paths) => {
    const { keys, bytes, swaps } = bench.plan.stall
    const patienceMs = name === bare ? 0 : contenderNamed(name).patienceMs
    const job = { paths, keys, bytes, gapMs: 0, jitterMs: 0 }
    await bench.write({ ...job, from: 0, swaps: 1 })
    const reader = new Child('reader')
    await reader.ask({ ask: 'start', contender: name, paths, checkedKeys: 1 })
    const stalls: number[] = []
    for (let swap = 1; swap <= swaps; swap += 1) {
      await reader.ask<Seen>({ ask: 'log', thenStalls: true })
      await sleep(paceMs)
      // What the loop did before the swap is none of its doing.
      await reader.ask<Seen>({ ask: 'log', thenStalls: true })
      await bench.write({ ...job, from: swap, swaps: 1 })
      await reader.ask({ ask: 'await', swap, withinMs: patienceMs })
      await sleep(paceMs)
      stalls.push((await reader.ask<Seen>({ ask: 'log' })).stallMs)
    }
    await reader.end()
    return stalls
  })

/** How long one swap of a full ConfigMap keeps the event loop from anything else: milliseconds, one for each swap. */
export const measureStall = async (bench: Bench): Promise<readonly StallCell[]> => {
  const cells = [bare, floor, ours, 'chokidar, directory'].map((contender) => ({
    contender,
    rounds: [] as (readonly number[])[],
  }))
  await bench.eachRound(cells, async ({ contender, rounds }) => {
    rounds.push(await run(bench, contender))
  })
  return cells
}
