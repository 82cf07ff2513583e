import { type Snapshot, watchConfigMap } from '@hotmount/core'
import { type Answers, serve } from '../serve.js'

/** What a keeper is asked: to keep every snapshot of a volume from now on, and how much memory it uses. */
export type KeepRequest = { readonly ask: 'start'; readonly path: string } | { readonly ask: 'kept' }

/** Snapshots that are kept, and the memory in use for them and for everything else, in bytes. */
export interface Kept {
  readonly snapshots: number
  readonly bytes: number
}

const snapshots: Snapshot[] = []

const start = async (path: string): Promise<void> => {
  const mount = await watchConfigMap(path)
  snapshots.push(mount.snapshot)
  mount.on('change', ({ snapshot }) => snapshots.push(snapshot))
}

const kept = (): Kept => {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return { snapshots: snapshots.length, bytes: heapUsed + external }
}

const answers: Answers<KeepRequest> = { start: ({ path }) => start(path), kept }
serve(answers)
