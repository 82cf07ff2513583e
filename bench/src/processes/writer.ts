import { setTimeout as sleep } from 'node:timers/promises'
import { type Answers, serve } from '../serve.js'
import { keyNames, valueOf } from '../values.js'
import { Volume } from '../volume.js'

/** So many swaps of these volumes, one volume after the other, every key changed. */
export interface WriteJob {
  readonly paths: readonly string[]
  readonly keys: number
  readonly bytes: number
  /** Number of the first swap. */
  readonly from: number
  readonly swaps: number
  readonly gapMs: number
  /** Up to so much more, spread evenly: a poll must be met at every phase. */
  readonly jitterMs: number
}

/** One swap of one volume, with these keys. */
export interface PutJob {
  readonly path: string
  readonly data: Readonly<Record<string, string>>
}

/** What the writer is asked. */
export type WriteRequest = (WriteJob & { readonly ask: 'write' }) | (PutJob & { readonly ask: 'put' })

/** When each swap was published, in microseconds, one list for each volume. */
export type Written = readonly (readonly number[])[]

const volumes = new Map<string, Volume>()
const volumeAt = (path: string): Volume => {
  const volume = volumes.get(path) ?? new Volume(path)
  volumes.set(path, volume)
  return volume
}

// Multiples of it, whole parts taken off, lie evenly however many there are.
const golden = 0.618_033_988_749_895

const write = async (job: WriteJob): Promise<Written> => {
  const names = keyNames(job.keys)
  const log = job.paths.map((): number[] => [])
  for (let swap = job.from; swap < job.from + job.swaps; swap += 1) {
    const value = Buffer.from(valueOf(swap, job.bytes))
    const data = new Map(names.map((name) => [name, value]))
    for (const [index, path] of job.paths.entries()) log[index]?.push(volumeAt(path).swap(data))
    const waitMs = job.gapMs + job.jitterMs * ((swap * golden) % 1)
    if (waitMs > 0 && swap < job.from + job.swaps - 1) await sleep(waitMs)
  }
  return log
}

const put = ({ path, data }: PutJob): Written => {
  const bytes = Object.entries(data).map(([key, text]): [string, Buffer] => [key, Buffer.from(text)])
  return [[volumeAt(path).swap(new Map(bytes))]]
}

const answers: Answers<WriteRequest> = { write, put }
serve(answers)
