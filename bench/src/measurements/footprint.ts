import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench.js'
import { Child } from '../child.js'
import { bare, contenders } from '../contenders/roster.js'
import { asInstalled, installedSize } from '../installed.js'
import type { Idle, Usage } from '../processes/reader.js'
import type { Footprint, ImportTime } from '../results.js'

/** What begins late is over by then. */
const settleMs = 300
const here = fileURLToPath(new URL('..', import.meta.url))

const importMs = (name: string): number => {
  const program = `const at = performance.now(); await import('${name}'); console.log(performance.now() - at)`
  return Number(
    execFileSync(process.execPath, [asInstalled, '--input-type=module', '-e', program], { cwd: here }),
  )
}

/** Milliseconds that importing takes in a fresh process, everything in the disk cache. */
export const measureImports = async (bench: Bench): Promise<readonly ImportTime[]> => {
  const names = ['@hotmount/core', 'chokidar', 'c12', '@parcel/watcher']
  for (const name of names) importMs(name)
  const times = names.map((name) => ({ name, size: installedSize(name), rounds: [] as number[] }))
  await bench.eachRound(times, async ({ name, rounds }) => {
    const values = Array.from({ length: bench.plan.footprint.imports }, () => importMs(name))
    rounds.push(Math.min(...values))
  })
  return times.map(({ name, size: { bytes, dependencies }, rounds }) => ({
    name,
    bytes,
    dependencies,
    rounds,
  }))
}

const idle = async (bench: Bench, names: readonly string[]): Promise<ReadonlyMap<string, Footprint>> =>
  bench.withVolumes(1, async (paths) => {
    const { keys, idleMs } = bench.plan.footprint
    const job = { paths, keys, bytes: 1024, gapMs: 0, jitterMs: 0 }
    await bench.write({ ...job, from: 0, swaps: 1 })
    const readers = await Promise.all(
      names.map(async (name) => {
        const reader = new Child('reader')
        await reader.ask({ ask: 'start', contender: name, paths, checkedKeys: 1 })
        await reader.ask<Usage>({ ask: 'usage' })
        return { name, reader }
      }),
    )
    await sleep(settleMs)
    const found = await Promise.all(
      readers.map(async ({ name, reader }): Promise<[string, Footprint]> => {
        const { cpu } = await reader.ask<Idle>({ ask: 'idle', forMs: idleMs })
        const { rssBytes } = await reader.ask<Usage>({ ask: 'usage' })
        await reader.end()
        return [name, { idleCpu: cpu, rssBytes }]
      }),
    )
    return new Map(found)
  })

/** What everyone costs who has nothing to do: all of them at once, as they do nothing. */
export const measureFootprint = async (
  bench: Bench,
): Promise<Readonly<Record<string, readonly Footprint[]>>> => {
  const names = [bare, ...contenders.map(({ name }) => name)]
  const found: Record<string, Footprint[]> = Object.fromEntries(names.map((name) => [name, []]))
  await bench.eachRound([names], async (all) => {
    for (const [name, footprint] of await idle(bench, all)) found[name]?.push(footprint)
  })
  return found
}
