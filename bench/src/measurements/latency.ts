import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.js'
import { Child } from '../child.js'
import { type Contender, contenders, floor, ours, steps } from '../contenders/roster.js'
import type { Seen, Started } from '../processes/reader.js'
import type { LatencyCell, LatencyRound } from '../results.js'
import { quantile } from '../statistics.js'

/** Milliseconds that a gap may be longer: nothing falls into step with a timer. */
const jitterMs = 4

interface Cell extends Omit<LatencyCell, 'rounds' | 'contender'> {
  readonly contender: Contender
  readonly swaps: number
  readonly warmups: number
  readonly rounds: LatencyRound[]
}

/**
 * From publishing each swap to the first delivery of it or of a newer one, in microseconds. A swap of which nothing
 * was ever seen, nor of a later one, has no latency: the bursts count those.
 */
export const latenciesOf = (
  publishedUs: readonly number[],
  from: number,
  { deliveries }: Seen,
): readonly number[] =>
  publishedUs.flatMap((publishedAt, index) => {
    const first = deliveries.find(({ swap }) => swap >= from + index)
    return first ? [first.atUs - publishedAt] : []
  })

const run = async (bench: Bench, { contender, keys, bytes, swaps, warmups }: Cell): Promise<LatencyRound> =>
  bench.withVolumes(1, async (paths) => {
    const reader = new Child('reader')
    // Reading five hundred keys takes some milliseconds more, and the next swap must not meet it.
    const gapMs = contender.paceMs + keys / 20
    const job = { paths, keys, bytes, gapMs, jitterMs: contender.everyMs ?? jitterMs }
    await bench.write({ ...job, from: 0, swaps: 1 })
    await reader.ask<Started>({ ask: 'start', contender: contender.name, paths, checkedKeys: 1 })
    await bench.write({ ...job, from: 1, swaps: warmups })
    await reader.ask({ ask: 'await', swap: warmups, withinMs: contender.patienceMs })
    await sleep(contender.paceMs)
    await reader.ask({ ask: 'log' })
    const [publishedUs = []] = await bench.write({ ...job, from: 1 + warmups, swaps })
    await reader.ask({ ask: 'await', swap: warmups + swaps, withinMs: contender.patienceMs })
    const seen = await reader.ask<Seen>({ ask: 'log' })
    await reader.end()
    const latencies = latenciesOf(publishedUs, 1 + warmups, seen)
    return {
      p50Us: quantile(latencies, 0.5),
      p99Us: quantile(latencies, 0.99),
      cpuUs: seen.cpuUs / swaps,
      swaps,
      deliveries: seen.deliveries.length,
    }
  })

/** What one load is compared at: the floor and ours closely, the others on a quiet machine at the first value size. */
const cellsOf = ({ plan }: Bench, busy: boolean): readonly Cell[] => {
  const { mounts, bytes, otherSwaps } = plan.latency
  return mounts.flatMap(({ keys, ...close }) =>
    (busy ? bytes.slice(0, 1) : bytes).flatMap((size, index) =>
      [...steps, ...contenders].flatMap((contender): Cell[] => {
        const cell = { contender, keys, bytes: size, busy, rounds: [] }
        if ([floor, ours].includes(contender.name)) return [{ ...cell, ...close }]
        if (busy || index > 0) return []
        return [{ ...cell, ...(steps.includes(contender) ? close : { swaps: otherSwaps, warmups: 2 }) }]
      }),
    ),
  )
}

/** How long after the rename a contender has every byte in hand, and the CPU time that it takes for it. */
export const measureLatency = async (bench: Bench): Promise<readonly LatencyCell[]> => {
  const cells = [false, true].flatMap((busy) => cellsOf(bench, busy))
  let burner: Child | undefined
  // In the order of the list within a round: the two that are compared closely run one after the other.
  await bench.eachRound(cells, async (cell) => {
    if (cell.busy && !burner) burner = new Child('burner')
    if (!cell.busy && burner) {
      await burner.end()
      burner = undefined
    }
    cell.rounds.push(await run(bench, cell))
  })
  await burner?.end()
  return cells.map(({ contender, keys, bytes, busy, rounds }) => ({
    contender: contender.name,
    keys,
    bytes,
    busy,
    rounds,
  }))
}
