import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.js'
import { Child } from '../child.js'
import type { Kept } from '../processes/keeper.js'
import type { Sharing } from '../results.js'

const keys = 500
const valueBytes = 2097
const paceMs = 60

const dataOf = (changed: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: keys }, (_, key) => [
      `key-${key}`,
      `${key === 0 ? changed : key} `.padEnd(valueBytes, 'x'),
    ]),
  )

/** What each further snapshot of one mebibyte costs when one key in five hundred has changed. */
export const measureSharing = async (bench: Bench): Promise<Sharing> =>
  bench.withVolumes(1, async ([path = '']) => {
    await bench.put(path, dataOf(0))
    const keeper = new Child('keeper')
    await keeper.ask({ ask: 'start', path })
    const first = await keeper.ask<Kept>({ ask: 'kept' })
    for (let swap = 1; swap <= bench.plan.footprint.kept; swap += 1) {
      await bench.put(path, dataOf(swap))
      await sleep(paceMs)
    }
    const last = await keeper.ask<Kept>({ ask: 'kept' })
    await keeper.end()
    const snapshots = last.snapshots - first.snapshots
    return {
      snapshotBytes: keys * valueBytes,
      snapshots,
      bytesPerSnapshot: (last.bytes - first.bytes) / snapshots,
    }
  })
