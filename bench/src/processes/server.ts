import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Reloader, reload, type Report, watchConfigMap } from '@hotmount/core'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { supervise, type Supervisor } from '@hotmount/adapters/process'
import { childrenOf } from '../proc.js'
import { type Answers, serve } from '../serve.js'
import { commandOf, type Place, reloadsIn } from '../web-server.js'

/** What is asked: to run nginx and reload it on changes, to wait until it is in sync, what happened, to stop. */
export type ServerRequest =
  | { readonly ask: 'start'; readonly by: 'hotmount' | 'signal'; readonly place: Place }
  | { readonly ask: 'inSync'; readonly withinMs: number }
  | { readonly ask: 'tally' }
  | { readonly ask: 'stop' }

/** What happened to nginx. */
export interface Tally {
  /** Signals that it got. */
  readonly reloads: number
  readonly mostWorkers: number
  readonly workers: number
  /** Reports of what failed or was refused. */
  readonly trouble: number
}

const maxDraining = 2
let supervisor: Supervisor | undefined
let loop: Reloader | undefined
let log = ''
let mostWorkers = 0
const reports: Report[] = []

const workers = (): number => childrenOf(supervisor?.pid ?? 0).length

const start = async ({ by, place }: ServerRequest & { ask: 'start' }): Promise<void> => {
  log = join(place.work, 'error.log')
  const argv = commandOf(place)
  supervisor = supervise(argv, { stopSignal: 'SIGTERM', grace: '1s' })
  setInterval(() => (mostWorkers = Math.max(mostWorkers, workers())), 10)
  if (by === 'signal') {
    // What one does without us: every event is a reload.
    watch(place.mount, (_event, name) => {
      if (name === '..data' && supervisor?.pid !== undefined) process.kill(supervisor.pid, 'SIGHUP')
    })
    return
  }
  const mount = await watchConfigMap(place.mount)
  loop = reload(mount, nginx({ process: supervisor, maxDraining, ...nginxArgs(argv) }))
  loop.on('report', (report) => reports.push(report))
}

const tally = async (): Promise<Tally> => ({
  reloads: reloadsIn(await readFile(log, 'utf8')),
  mostWorkers,
  workers: workers(),
  trouble: reports.filter(({ outcome }) => outcome !== 'applied' && outcome !== 'skipped').length,
})

const stop = async (): Promise<void> => {
  await loop?.close()
  await supervisor?.stop()
}

const answers: Answers<ServerRequest> = {
  start,
  inSync: async ({ withinMs }) => void (await loop?.inSync({ signal: AbortSignal.timeout(withinMs) })),
  tally,
  stop,
}
serve(answers, stop)
