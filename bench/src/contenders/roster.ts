import { pollMs } from './contender.js'

/** What is known of a contender before it runs. */
export interface Contender {
  readonly name: string
  /** Milliseconds within which it has noticed what it ever will. */
  readonly patienceMs: number
  /** Milliseconds between two swaps that it can keep up with, its own waiting included. */
  readonly paceMs: number
  /** Milliseconds between two looks, where it polls. */
  readonly everyMs?: number
  /** It watches and reads the first key and no other. */
  readonly isSingle?: boolean
}

/** A process that watches nothing: what Node itself costs. */
export const bare = 'bare Node'
/** What all are compared with. */
export const floor = 'fs.watch'
/** What is compared. */
export const ours = 'hotmount'

/** Everyone who is measured, the floor first. */
export const contenders: readonly Contender[] = [
  { name: floor, patienceMs: 200, paceMs: 4 },
  { name: ours, patienceMs: 300, paceMs: 4 },
  { name: 'hotmount, polling', patienceMs: 500, paceMs: 20, everyMs: pollMs },
  { name: 'inotifywait -m', patienceMs: 300, paceMs: 20 },
  { name: 'chokidar, directory', patienceMs: 500, paceMs: 70 },
  { name: 'chokidar, file', patienceMs: 500, paceMs: 120, isSingle: true },
  { name: 'chokidar, polling', patienceMs: 600, paceMs: 20, everyMs: pollMs },
  { name: '@parcel/watcher', patienceMs: 400, paceMs: 80 },
  { name: 'c12 watchConfig', patienceMs: 600, paceMs: 180, isSingle: true },
  { name: 'fs.watchFile', patienceMs: 400, paceMs: 20, everyMs: pollMs, isSingle: true },
]

/** The floor with one guarantee more each: by hand, for what each of them costs. */
export const steps: readonly Contender[] = [
  { name: 'fs.watch, one revision', patienceMs: 200, paceMs: 4 },
  { name: 'fs.watch, one revision, changed keys', patienceMs: 200, paceMs: 4 },
]

/** A contender by its name. @throws Error for a name that is not in the list */
export const contenderNamed = (name: string): Contender => {
  const contender = contenders.find((one) => one.name === name)
  if (!contender) throw new Error(`no contender ${name}`)
  return contender
}
