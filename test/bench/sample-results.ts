import type { BurstCounts, LatencyCell, LatencyRound, Results, ScaleRound } from '../../bench/src/results.js'

const round = (p50Us: number): LatencyRound => ({
  p50Us,
  p99Us: p50Us * 3,
  cpuUs: p50Us * 2,
  swaps: 10,
  deliveries: 10,
})

/** A cell of so many keys with these medians, one for each round. */
export const cell = (
  contender: string,
  keys: number,
  p50s: readonly number[],
  busy = false,
): LatencyCell => ({
  contender,
  keys,
  bytes: 1024,
  busy,
  rounds: p50s.map(round),
})

/** Counts in which all went well. */
export const counts: BurstCounts = {
  bursts: 10,
  swaps: 50,
  deliveries: 40,
  lost: 0,
  torn: 0,
  failed: 0,
  missed: 0,
  repeated: 0,
}

/** A round of 500 mounts that meets every target. */
export const many: ScaleRound = {
  instances: 1,
  watches: 500,
  readyMs: 200,
  bytesPerMount: 40_000,
  aloneUs: 300,
  togetherUs: 900,
  togetherP99Us: 4000,
}

/** Made-up results that meet every target. */
export const sample: Results = {
  machine: {
    processor: 'Some CPU',
    cores: 2,
    memoryGiB: 4,
    kernel: '6.1',
    node: 'v20.19.0',
    filesystem: 'ext4',
    load: 0.1,
  },
  rounds: 3,
  latency: [
    cell('fs.watch', 1, [200, 220, 210]),
    cell('hotmount', 1, [240, 250, 230]),
    cell('chokidar, directory', 1, [2000, 2100, 1900]),
    cell('fs.watch', 500, [9000, 9500, 9100]),
    cell('hotmount', 500, [10_000, 10_500, 9900]),
    cell('fs.watch', 1, [400, 420, 410], true),
    cell('hotmount', 1, [420, 430, 410], true),
  ],
  bursts: [
    { contender: 'hotmount', gapMs: 0, counts },
    { contender: 'hotmount', gapMs: 20, counts },
    { contender: 'chokidar, file', gapMs: 0, counts: { ...counts, lost: 4, torn: 2, repeated: 3 } },
  ],
  footprint: {
    'bare Node': [{ idleCpu: 0.0002, rssBytes: 40e6 }],
    hotmount: [{ idleCpu: 0.0003, rssBytes: 43e6 }],
  },
  imports: [
    { name: '@hotmount/core', bytes: 400_000, dependencies: 3, rounds: [22, 23, 21] },
    { name: 'chokidar', bytes: 100_000, dependencies: 1, rounds: [20, 20, 20] },
  ],
  sharing: { snapshotBytes: 1_048_500, snapshots: 40, bytesPerSnapshot: 60_000 },
  scale: [
    { contender: 'hotmount', mounts: 100, rounds: [{ ...many, watches: 100, idleCpu: 0.0004 }] },
    { contender: 'hotmount', mounts: 500, rounds: [many, many, many] },
  ],
  stall: [{ contender: 'hotmount', rounds: [[3, 4], [3.5, 5], [2]] }],
  storm: [
    {
      by: 'hotmount',
      rounds: [
        {
          swaps: 200,
          reloads: 9,
          mostWorkers: 6,
          workers: 2,
          trouble: 0,
          fast: 1500,
          slow: 66,
          failed: 0,
          servedMs: 900,
          verifiedMs: 1100,
        },
      ],
    },
  ],
  parsing: [{ format: 'json', bytes: 10_000, rounds: [{ liveMs: 0.12, bareMs: 0.1 }] }],
}
