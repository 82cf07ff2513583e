import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.js'
import { Child } from '../child.js'
import { contenderNamed, floor, ours } from '../contenders/roster.js'
import type { Idle, Seen, Started, Usage } from '../processes/reader.js'
import type { Written } from '../processes/writer.js'
import type { ScaleCell, ScaleRound } from '../results.js'
import { quantile } from '../statistics.js'

const patienceMs = 3000
const settleMs = 200
const names = [floor, ours, 'chokidar, directory']
/** Of the others, the middle is enough: they would take most of the time of a run. */
const isShown = (name: string, mounts: number): boolean =>
  [floor, ours].includes(name) || (mounts > 1 && mounts <= 100)

/** From publishing to the first delivery of it or of a newer one, for every swap of these volumes. */
const latenciesOf = (
  written: Written,
  volumes: readonly number[],
  from: number,
  { deliveries }: Seen,
): readonly number[] =>
  written.flatMap((publishedUs, index) => {
    const own = deliveries.filter(({ volume }) => volume === volumes[index])
    return publishedUs.flatMap((publishedAt, swap) => {
      const first = own.find((one) => one.swap >= from + swap)
      return first ? [first.atUs - publishedAt] : []
    })
  })

const run = async (bench: Bench, name: string, mounts: number): Promise<ScaleRound> =>
  bench.withVolumes(mounts, async (paths) => {
    const { keys, bytes, oneSwaps, allSwaps, idleMs, idleMounts } = bench.plan.scale
    const contender = contenderNamed(name)
    const job = { paths, keys, bytes, gapMs: contender.paceMs, jitterMs: contender.paceMs }
    await bench.write({ ...job, from: 0, swaps: 1, gapMs: 0, jitterMs: 0 })
    const reader = new Child('reader')
    await reader.ask({ ask: 'load', contender: name })
    const before = await reader.ask<Usage>({ ask: 'usage' })
    const { readyMs } = await reader.ask<Started>({ ask: 'start', contender: name, paths, checkedKeys: 1 })
    const usage = await reader.ask<Usage>({ ask: 'usage' })
    await sleep(settleMs)
    const idle = mounts === idleMounts ? await reader.ask<Idle>({ ask: 'idle', forMs: idleMs }) : undefined
    await reader.ask<Seen>({ ask: 'log' })
    const one = paths.slice(-1)
    const alone = await bench.write({ ...job, paths: one, from: 1, swaps: oneSwaps })
    await sleep(contender.patienceMs)
    const seenAlone = await reader.ask<Seen>({ ask: 'log' })
    const together = await bench.write({ ...job, from: 1 + oneSwaps, swaps: allSwaps })
    await reader.ask({ ask: 'await', swap: oneSwaps + allSwaps, withinMs: patienceMs })
    const seenTogether = await reader.ask<Seen>({ ask: 'log' })
    await reader.end()
    const aloneUs = latenciesOf(alone, [mounts - 1], 1, seenAlone)
    const togetherUs = latenciesOf(together, [...paths.keys()], 1 + oneSwaps, seenTogether)
    return {
      readyMs,
      instances: usage.instances - before.instances,
      watches: usage.watches - before.watches,
      bytesPerMount: (usage.rssBytes - before.rssBytes) / mounts - keys * bytes,
      ...(idle ? { idleCpu: idle.cpu } : {}),
      aloneUs: quantile(aloneUs, 0.5),
      togetherUs: quantile(togetherUs, 0.5),
      togetherP99Us: quantile(togetherUs, 0.99),
    }
  })

/** Many mounts in one process: what they cost, and how fast one of them is. */
export const measureScale = async (bench: Bench): Promise<readonly ScaleCell[]> => {
  const cells = bench.plan.scale.mounts.flatMap((mounts) =>
    names
      .filter((name) => isShown(name, mounts))
      .map((contender) => ({ contender, mounts, rounds: [] as ScaleRound[] })),
  )
  await bench.eachRound(cells, async ({ contender, mounts, rounds }) => {
    rounds.push(await run(bench, contender, mounts))
  })
  return cells
}
