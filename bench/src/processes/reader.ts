import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { nowUs } from '../clock.js'
import type { Sink, Start } from '../contenders/contender.js'
import { starts } from '../contenders/starts.js'
import { childCpuUs, childRssBytes, type Inotify, inotifyUse } from '../proc.js'
import { type Answers, serve } from '../serve.js'
import { keyNames, swapOf } from '../values.js'

/** What a reader is asked: to import a contender, to watch, to wait for a swap in every volume, what it has seen, what it holds. */
export type ReadRequest =
  | { readonly ask: 'load'; readonly contender: string }
  | {
      readonly ask: 'start'
      readonly contender: string
      readonly paths: readonly string[]
      /** The keys that every delivery is checked for; the first alone costs next to nothing. */
      readonly checkedKeys: number
    }
  | { readonly ask: 'await'; readonly swap: number; readonly withinMs: number }
  /** Says what was seen, and begins anew, with or without the cost of watching the event loop. */
  | { readonly ask: 'log'; readonly thenStalls?: boolean }
  | { readonly ask: 'usage' }
  /** Counted inside: a question costs more than idling. */
  | { readonly ask: 'idle'; readonly forMs: number }

/** One delivery: when, in microseconds, of which volume, and which swap it is of. */
export interface Delivery {
  readonly atUs: number
  readonly volume: number
  readonly swap: number
  /** The checked keys are not all of one swap, or not whole. */
  readonly torn: boolean
}

/** What it has seen since it was last asked, and the CPU time that this cost. */
export interface Seen {
  readonly deliveries: readonly Delivery[]
  readonly failed: number
  readonly cpuUs: number
  /** The longest time between two turns of its event loop, in milliseconds. */
  readonly stallMs: number
}

/** What it holds, garbage collected. */
export interface Usage extends Inotify {
  readonly rssBytes: number
}

/** The share of a core that it used while nothing happened. */
export interface Idle {
  readonly cpu: number
}

/** How long it took to begin. */
export interface Started {
  readonly readyMs: number
}

// The timer that samples the loop fires once a millisecond: so much is no stall.
const tickMs = 1
const delays = monitorEventLoopDelay({ resolution: tickMs })
let deliveries: Delivery[] = []
let failed = 0
let cpuBefore = 0
let look = (): void => {}
let volumes = 0

const cpuNowUs = (): number => {
  const { user, system } = process.cpuUsage()
  return user + system + childCpuUs()
}

const sinkOf = (volume: number, [first = '', ...others]: readonly string[]): Sink => ({
  delivered: (read) => {
    const atUs = nowUs()
    const swap = swapOf(read(first))
    const torn = Number.isNaN(swap) || others.some((key) => swapOf(read(key)) !== swap)
    deliveries.push({ atUs, volume, swap, torn })
    look()
  },
  failed: () => (failed += 1),
})

const load = async (contender: string): Promise<Start> => {
  const begin = await starts[contender]?.()
  if (!begin) throw new Error(`no contender ${contender}`)
  return begin
}

const start = async (request: ReadRequest & { ask: 'start' }): Promise<Started> => {
  const { contender, paths, checkedKeys } = request
  const begin = await load(contender)
  const keys = keyNames(checkedKeys)
  const startedAt = performance.now()
  await Promise.all(paths.map((path, volume) => begin(path, sinkOf(volume, keys))))
  const readyMs = performance.now() - startedAt
  volumes = paths.length
  return { readyMs }
}

/** Resolves once every volume has delivered this swap whole, or time is over. */
const untilSeen = async (swap: number, withinMs: number): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      look = () => {}
      resolve()
    }
    const timer = setTimeout(end, withinMs)
    look = () => {
      const whole = deliveries.filter((one) => one.swap === swap && !one.torn).map(({ volume }) => volume)
      if (new Set(whole).size === volumes) end()
    }
    look()
  })

const log = (thenStalls: boolean): Seen => {
  const cpuNow = cpuNowUs()
  delays.disable()
  const stallMs = delays.count === 0 ? 0 : Math.max(0, delays.max / 1e6 - tickMs)
  const seen = { deliveries, failed, cpuUs: cpuNow - cpuBefore, stallMs }
  deliveries = []
  failed = 0
  cpuBefore = cpuNow
  delays.reset()
  if (thenStalls) delays.enable()
  return seen
}

const usage = (): Usage => {
  globalThis.gc?.()
  return { ...inotifyUse(), rssBytes: process.memoryUsage.rss() + childRssBytes() }
}

const idle = async (forMs: number): Promise<Idle> => {
  const before = cpuNowUs()
  await sleep(forMs)
  return { cpu: (cpuNowUs() - before) / (forMs * 1000) }
}

const answers: Answers<ReadRequest> = {
  load: async ({ contender }) => void (await load(contender)),
  start,
  await: ({ swap, withinMs }) => untilSeen(swap, withinMs),
  log: ({ thenStalls }) => log(thenStalls === true),
  usage,
  idle: ({ forMs }) => idle(forMs),
}
serve(answers)
