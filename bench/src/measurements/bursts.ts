import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.js'
import { Child } from '../child.js'
import { type Contender, contenders } from '../contenders/roster.js'
import type { Delivery, Seen, Started } from '../processes/reader.js'
import type { BurstCell, BurstCounts } from '../results.js'

/** Milliseconds that a revision must have stood for it to count as missed when it was never delivered. */
const standsMs = 15
/** Milliseconds in which a delivery too many would come. */
const echoMs = 40

/** What became of one burst. */
export interface Burst {
  /** Number of its first swap. */
  readonly from: number
  /** When each swap was published, in microseconds. */
  readonly publishedUs: readonly number[]
  readonly seen: Pick<Seen, 'deliveries' | 'failed'>
}

const isWhole = (delivery: Delivery): boolean => !delivery.torn

/** Counts what went wrong in a burst, and how often there was something to look at. */
export const countBurst = ({ from, publishedUs, seen }: Burst): BurstCounts => {
  const final = from + publishedUs.length - 1
  const whole = seen.deliveries.filter(isWhole).map(({ swap }) => swap)
  const isMissed = (publishedAt: number, index: number): boolean => {
    const next = publishedUs[index + 1] ?? Number.POSITIVE_INFINITY
    return !whole.includes(from + index) && next - publishedAt >= standsMs * 1000
  }
  return {
    bursts: 1,
    swaps: publishedUs.length,
    deliveries: seen.deliveries.length,
    lost: whole.includes(final) ? 0 : 1,
    torn: seen.deliveries.length - whole.length,
    failed: seen.failed,
    missed: publishedUs.filter(isMissed).length,
    repeated: whole.filter((swap, index) => swap <= Math.max(from - 1, ...whole.slice(0, index))).length,
  }
}

const nothing: BurstCounts = {
  bursts: 0,
  swaps: 0,
  deliveries: 0,
  lost: 0,
  torn: 0,
  failed: 0,
  missed: 0,
  repeated: 0,
}

/** Both together. */
export const addCounts = (a: BurstCounts, b: BurstCounts): BurstCounts => ({
  bursts: a.bursts + b.bursts,
  swaps: a.swaps + b.swaps,
  deliveries: a.deliveries + b.deliveries,
  lost: a.lost + b.lost,
  torn: a.torn + b.torn,
  failed: a.failed + b.failed,
  missed: a.missed + b.missed,
  repeated: a.repeated + b.repeated,
})

const run = async (bench: Bench, contender: Contender, gapMs: number): Promise<BurstCounts> =>
  bench.withVolumes(1, async (paths) => {
    const { keys, bytes, swaps, bursts } = bench.plan.bursts
    const job = { paths, keys, bytes, gapMs, jitterMs: 0 }
    await bench.write({ ...job, from: 0, swaps: 1 })
    const reader = new Child('reader')
    const checkedKeys = contender.isSingle === true ? 1 : keys
    await reader.ask<Started>({ ask: 'start', contender: contender.name, paths, checkedKeys })
    let counts = nothing
    for (let burst = 0; burst < bursts; burst += 1) {
      await reader.ask<Seen>({ ask: 'log' })
      const from = 1 + burst * swaps
      const [publishedUs = []] = await bench.write({ ...job, from, swaps })
      await reader.ask({ ask: 'await', swap: from + swaps - 1, withinMs: contender.patienceMs })
      await sleep(echoMs)
      const seen = await reader.ask<Seen>({ ask: 'log' })
      counts = addCounts(counts, countBurst({ from, publishedUs, seen }))
    }
    await reader.end()
    return counts
  })

/** What is lost, torn, missed or told twice when swaps come in bursts. */
export const measureBursts = async (bench: Bench): Promise<readonly BurstCell[]> => {
  const cells = bench.plan.bursts.gapsMs.flatMap((gapMs) =>
    contenders.map((contender) => ({ contender, gapMs, counts: nothing })),
  )
  await bench.eachRound(cells, async (cell) => {
    cell.counts = addCounts(cell.counts, await run(bench, cell.contender, cell.gapMs))
  })
  return cells.map(({ contender, gapMs, counts }) => ({ contender: contender.name, gapMs, counts }))
}
