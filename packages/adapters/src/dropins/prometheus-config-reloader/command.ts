import { setTimeout as sleep } from 'node:timers/promises'
import { reload, type Reloader } from '@hotmount/core'
import { reportEntry } from '../../cli/announce.js'
import type { Io } from '../../cli/io.js'
import type { Log } from '../../cli/log.js'
import { version } from '../../cli/version.js'
import { announceImplied, type Start } from '../dropin.js'
import { endingWell, logFailure, untilStopped } from '../ending.js'
import { openStyledLog } from '../log-style.js'
import { type Meters, openMeters, silentMeters } from '../meters.js'
import { type Listening, serve } from '../serve.js'
import type { Security } from '../web-config/security.js'
import { reloaderEnv } from './expand.js'
import { type ReloaderMetric, reloaderMetrics } from './metrics.js'
import { writeOnce } from './once.js'
import { type ReloaderOptions, reloaderOptions } from './options.js'
import { OutputFile } from './output.js'
import { ReloaderReaction, type Rendering } from './reaction.js'
import { type Alive, reloaderSite } from './site.js'
import { tellPrometheus } from './tell.js'
import { openWatched, type Watched } from './watched.js'

/** What one run of it works with. */
interface Run {
  readonly options: ReloaderOptions
  readonly io: Io
  readonly log: Log
  readonly meters: Meters<ReloaderMetric>
}

/** Looks at each interval whether the written file is still there, as the original writes it anew each time. */
const mendForever = async ({ options, io, log }: Run, output: OutputFile, loop: Reloader): Promise<void> => {
  try {
    for (;;) {
      await sleep(options.watchMs, undefined, { signal: io.signal })
      if (loop.status.state !== 'inSync') continue
      if (await output.mend())
        log({
          level: 'warn',
          msg: 'output written again',
          text: `${output.path} was changed by somebody, and is written again`,
          fields: { output: output.path },
        })
    }
  } catch (thrown) {
    if (!io.signal.aborted) logFailure(log, thrown)
  }
}

const renderingOf = ({ options, io }: Run, { key }: Watched): Rendering | undefined => {
  const { outputFile, ordinalFrom } = options
  if (key === undefined || outputFile === undefined) return undefined
  return { key, env: reloaderEnv(io.env, ordinalFrom), output: new OutputFile(outputFile) }
}

/** A stage must outlast one reload: looking for the process, the second in which it may not be sent, the proof. */
const marginMs = 15_000

const keepReloading = async (run: Run, watched: Watched, begun: (alive: Alive) => void): Promise<number> => {
  const { options, io, log, meters } = run
  const { telling, retryMs } = options
  try {
    const rendering = renderingOf(run, watched)
    const tell = new ReloaderReaction(rendering, (written) => tellPrometheus(telling, written), meters)
    const loop = reload(watched.mount, tell.reaction, {
      initial: true,
      timeout: telling.timeoutMs + marginMs,
      retry: { min: retryMs, max: retryMs },
    })
    begun({ mount: watched.mount, loop })
    loop.on('report', (report) => log(reportEntry(report)))
    if (rendering) void mendForever(run, rendering.output, loop)
    await untilStopped(io)
    await loop.close()
    return 0
  } finally {
    await watched.mount.close()
  }
}

const watchAndReload = async (run: Run, security: Security | undefined): Promise<number> => {
  const { options, io, log, meters } = run
  let alive: Alive | undefined
  let server: Listening | undefined
  try {
    if (options.listen) {
      const site = reloaderSite(meters, () => alive)
      server = await serve(options.listen, { ...site, ...security?.site })
      security?.follow(server)
      log({
        level: 'info',
        msg: 'listening',
        text: `metrics at ${server.shown}/metrics`,
        fields: { address: server.shown },
      })
    }
    if (options.configFile === undefined && options.watchedDirs.length === 0) {
      log({
        level: 'warn',
        msg: 'nothing to watch',
        text: 'nothing to watch: neither --config-file nor --watched-dir',
      })
      await untilStopped(io)
      return 0
    }
    const watched = await openWatched(options, meters, log, io.signal)
    return await keepReloading(run, watched, (begun) => {
      alive = begun
    })
  } finally {
    await security?.close()
    await server?.close()
  }
}

/** Loaded when it is needed: it brings a parser along. */
const secured = async (path: string, log: Log): Promise<Security> => {
  const { openSecurity } = await import('../web-config/security.js')
  return openSecurity(path, log)
}

/** `hotmount prometheus-config-reloader`. @throws UsageError */
export const prometheusConfigReloader: Start = async (argv, io, implied) => {
  const options = reloaderOptions(argv)
  if (options.version) {
    io.stdout.write(`prometheus-config-reloader, hotmount ${version()}\n`)
    return 0
  }
  const log = openStyledLog(io, options.logStyle)
  announceImplied(log, implied)
  const { webConfigFile, watchMs, listen, ordinalFrom, telling } = options
  const security = webConfigFile === undefined ? undefined : await secured(webConfigFile, log)
  return endingWell(io, log, async () => {
    if (watchMs === 0) {
      await security?.close()
      return writeOnce(options, reloaderEnv(io.env, ordinalFrom), log, io.signal)
    }
    const meters = listen ? await openMeters(reloaderMetrics) : silentMeters(reloaderMetrics)
    meters.of.info.set(1, { method: telling.method })
    return watchAndReload({ options, io, log, meters }, security)
  })
}
