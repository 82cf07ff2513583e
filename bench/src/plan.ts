/** How much of everything is measured. Times in milliseconds. */
export interface Plan {
  readonly rounds: number
  /** Mounts by number of keys; swaps of the close comparison, as many as a round has time for, and of the others. */
  readonly latency: {
    readonly mounts: readonly { readonly keys: number; readonly swaps: number; readonly warmups: number }[]
    /** Sizes of values; the others are compared at the first one. */
    readonly bytes: readonly number[]
    readonly otherSwaps: number
  }
  readonly bursts: {
    readonly gapsMs: readonly number[]
    readonly keys: number
    readonly bytes: number
    readonly swaps: number
    /** Bursts of each gap in each round. */
    readonly bursts: number
  }
  readonly footprint: {
    readonly keys: number
    readonly idleMs: number
    /** Imports of each in each round. */
    readonly imports: number
    /** Snapshots of one mebibyte that are kept at the same time, one key in five hundred changed between two. */
    readonly kept: number
  }
  readonly scale: {
    readonly mounts: readonly number[]
    /** Idle CPU is measured with so many mounts. */
    readonly idleMounts: number
    readonly keys: number
    readonly bytes: number
    /** Swaps of one mount while all others are idle, and of all. */
    readonly oneSwaps: number
    readonly allSwaps: number
    readonly idleMs: number
  }
  readonly stall: { readonly keys: number; readonly bytes: number; readonly swaps: number }
  /** As many rounds at most: each takes a quarter of a minute. */
  readonly storm: {
    readonly rounds: number
    readonly swaps: number
    readonly durationMs: number
    readonly slowBytes: number
  }
  /** Sizes of documents, and how often each is changed, without the first times, which compile the code. */
  readonly parsing: readonly { readonly bytes: number; readonly swaps: number; readonly warmups: number }[]
}

/** What the figures of the record come from: about a quarter of an hour. */
export const fullPlan: Plan = {
  rounds: 5,
  latency: {
    mounts: [
      { keys: 1, swaps: 100, warmups: 20 },
      { keys: 10, swaps: 100, warmups: 20 },
      { keys: 100, swaps: 100, warmups: 20 },
      { keys: 500, swaps: 50, warmups: 10 },
    ],
    bytes: [1024, 2048],
    otherSwaps: 7,
  },
  bursts: { gapsMs: [0, 1, 5, 20, 60], keys: 10, bytes: 1024, swaps: 5, bursts: 3 },
  footprint: { keys: 10, idleMs: 4000, imports: 8, kept: 40 },
  scale: {
    mounts: [1, 10, 100, 500],
    idleMounts: 100,
    keys: 20,
    bytes: 1024,
    oneSwaps: 20,
    allSwaps: 3,
    idleMs: 3000,
  },
  stall: { keys: 500, bytes: 2097, swaps: 6 },
  storm: { rounds: 2, swaps: 200, durationMs: 10_000, slowBytes: 96 * 1024 },
  parsing: [
    { bytes: 10_000, swaps: 20, warmups: 10 },
    { bytes: 100_000, swaps: 8, warmups: 4 },
    { bytes: 1_000_000, swaps: 2, warmups: 1 },
  ],
}

/** Everything once, and little of it: shows that the bench works, and nothing else. */
export const smokePlan: Plan = {
  rounds: 1,
  latency: { mounts: [{ keys: 10, swaps: 10, warmups: 2 }], bytes: [1024], otherSwaps: 3 },
  bursts: { gapsMs: [0, 20], keys: 3, bytes: 256, swaps: 3, bursts: 1 },
  footprint: { keys: 2, idleMs: 200, imports: 1, kept: 3 },
  scale: { mounts: [1, 8], idleMounts: 8, keys: 3, bytes: 256, oneSwaps: 2, allSwaps: 1, idleMs: 200 },
  stall: { keys: 50, bytes: 2097, swaps: 2 },
  storm: { rounds: 1, swaps: 10, durationMs: 1000, slowBytes: 16 * 1024 },
  parsing: [{ bytes: 10_000, swaps: 2, warmups: 1 }],
}
