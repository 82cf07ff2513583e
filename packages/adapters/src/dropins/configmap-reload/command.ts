import { renderPage } from '../../cli/help.js'
import type { Io } from '../../cli/io.js'
import { type Log, openLog } from '../../cli/log.js'
import { paintFor } from '../../cli/paint.js'
import { announceImplied, type Start } from '../dropin.js'
import { endingWell, runFailed } from '../ending.js'
import { follow } from '../follow.js'
import { type Meters, openMeters } from '../meters.js'
import { openSources, sourcesOf } from '../mounts.js'
import { type Answer, serve } from '../serve.js'
import { type ConfigmapReloadMetric, configmapReloadMetrics } from './metrics.js'
import { type ConfigmapReloadOptions, configmapReloadOptions } from './options.js'
import { configmapReloadPage } from './page.js'
import { pauseMs, requestTimeoutMs, webhooksReaction } from './webhooks.js'

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0) ?? 0};`)

const landing = (metricsPath: string): Answer => ({
  status: 200,
  type: 'text/html; charset=utf-8',
  body: [
    '<!doctype html><html lang="en"><head><title>ConfigMap Reload Metrics</title></head>',
    `<body><h1>ConfigMap Reload</h1><p><a href="${escaped(metricsPath)}">Metrics</a></p></body></html>\n`,
  ].join('\n'),
})

/** What it cannot do without, and was not given. */
const missingIn = ({ directories, webhooks }: ConfigmapReloadOptions): string | undefined => {
  if (directories.length === 0) return 'volume-dir'
  return webhooks.length === 0 ? 'webhook-url' : undefined
}

const warn = (log: Log, { ignored, tries }: ConfigmapReloadOptions): void => {
  const say = (msg: string, text: string): void =>
    log({ level: 'warn', msg, text, fields: { ignored, tries } })
  if (ignored > 0) say('words are ignored', `words after the flags are ignored: ${ignored}`)
  if (tries === 0)
    say('no webhook is called', 'no webhook is called, as -webhook-retries is 0: it counts the first try too')
}

const keepCalling = async (
  options: ConfigmapReloadOptions,
  io: Io,
  log: Log,
  meters: Meters<ConfigmapReloadMetric>,
): Promise<number> => {
  // An emptied volume is a change to the original; what is called decides what to make of it.
  const watching = { signal: io.signal, emptied: 'accept' } as const
  const { mount } = await openSources(sourcesOf(options.directories), watching, undefined, (error) =>
    log({
      level: 'error',
      msg: 'mount never updates',
      text: error.message,
      hint: error.hint,
      fields: { error: error.message },
    }),
  )
  mount.on('error', () => meters.of.watcherErrors.add())
  const pace = {
    timeout: options.webhooks.length * requestTimeoutMs + 5000,
    retry: { min: pauseMs, max: pauseMs },
  }
  return follow(mount, webhooksReaction(options, meters), pace, { io, log })
}

/** `hotmount configmap-reload`. */
export const configmapReload: Start = async (argv, io, implied) => {
  const log = openLog(io, false)
  announceImplied(log, implied)
  const options = configmapReloadOptions(argv)
  const missing = missingIn(options)
  if (missing !== undefined) {
    io.stderr.write(`Missing ${missing}\n\n${renderPage(configmapReloadPage, paintFor(io.stderr, io.env))}`)
    return runFailed
  }
  warn(log, options)
  return endingWell(io, log, async () => {
    const meters = await openMeters(configmapReloadMetrics)
    const page = async (): Promise<Answer> => ({
      status: 200,
      type: meters.contentType,
      body: await meters.page(),
    })
    const site = { pages: { [options.metricsPath]: page }, elsewhere: () => landing(options.metricsPath) }
    const server = await serve(options.listen, site)
    log({
      level: 'info',
      msg: 'listening',
      text: `metrics at ${server.shown}${options.metricsPath}`,
      fields: { address: server.shown },
    })
    try {
      return await keepCalling(options, io, log, meters)
    } finally {
      await server.close()
    }
  })
}
