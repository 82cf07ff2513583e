import { type Mount, type Reloader } from '@hotmount/core'
import { health } from '../../observe/health.js'
import type { Meters } from '../meters.js'
import type { Answer, Site } from '../serve.js'
import type { ReloaderMetric } from './metrics.js'

/** What is to be alive. */
export interface Alive {
  readonly mount: Mount
  readonly loop: Reloader
}

const answer = (isUp: boolean): Answer => ({
  status: isUp ? 200 : 503,
  type: 'application/json; charset=utf-8',
  body: isUp ? '{"status":"up"}' : '{"status":"down"}',
})

/**
 * `/metrics`, and `/healthz`, which fails when what is watched is looked at no more or the loop has ended. Before there
 * is anything to watch, all is well.
 */
export const reloaderSite = (
  meters: Meters<ReloaderMetric>,
  alive: () => Alive | undefined,
): Pick<Site, 'pages'> => ({
  pages: {
    '/metrics': async () => ({ status: 200, type: meters.contentType, body: await meters.page() }),
    '/healthz': () => {
      const now = alive()
      return answer(now === undefined || health(now.mount, now.loop).live().ok)
    },
  },
})
