import { writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { reload, systemClock, watchConfigMap } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { expect, it, onTestFinished } from 'vitest'
import { drainingTitle, workersOf } from '../../packages/adapters/src/process/verification.js'
import { ask, freePort, startNginx } from '../adapters/servers/nginx-process.js'
import { describeWith } from '../support/servers.js'
import { startLoad } from './load.js'

const swaps = 200
const stormMs = 10_000
const workers = 2
const maxDraining = 2
const slowBytes = 96 * 1024

/** A slow answer takes about three seconds, and keeps its worker for as long. */
const site = (port: number, text: string): string => `server {
  listen 127.0.0.1:${port};
  location / { return 200 '${text}'; }
  location /slow { root .; limit_rate 32k; }
}`

/** A new slow client every 150 ms, until stopped: how many bytes each answer had. */
const slowClients = (port: number): (() => Promise<readonly (number | string)[]>) => {
  const answers: Promise<number | string>[] = []
  const once = (): Promise<number | string> =>
    new Promise((resolve) => {
      let bytes = 0
      get({ host: '127.0.0.1', port, path: '/slow', agent: false }, (response) => {
        response.on('data', (chunk: Buffer) => (bytes += chunk.length))
        response.on('close', () => resolve(bytes))
      }).on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })
  const timer = setInterval(() => void answers.push(once()), 150)
  onTestFinished(() => clearInterval(timer))
  return () => {
    clearInterval(timer)
    return Promise.all(answers)
  }
}

/** The most workers that were draining at a time, and the most there were at all. */
const watchWorkers = (master: number): (() => { readonly draining: number; readonly all: number }) => {
  const most = { draining: 0, all: 0 }
  const look = (): void => {
    const now = workersOf(master, drainingTitle)
    most.draining = Math.max(most.draining, now.filter(({ draining }) => draining).length)
    most.all = Math.max(most.all, now.length)
  }
  const timer = setInterval(look, 10)
  return () => {
    clearInterval(timer)
    return most
  }
}

describeWith('nginx', 'a storm of swaps', () => {
  it(
    'ends on the last one, with few workers left over and no request lost',
    { timeout: 60_000 },
    async () => {
      const port = await freePort()
      const volume = await simulateMount({ 'site.conf': site(port, 'v0') })
      onTestFinished(async () => volume[Symbol.asyncDispose]())
      const { argv, supervisor, directory } = await startNginx(port, `include ${volume.path}/*.conf;`)
      writeFileSync(join(directory, 'slow'), Buffer.alloc(slowBytes))
      const mount = await watchConfigMap(volume.path)
      const loop = reload(mount, nginx({ process: supervisor, maxDraining, ...nginxArgs(argv) }))
      onTestFinished(async () => {
        await loop.close()
        await mount.close()
      })
      const outcomes: string[] = []
      loop.on('report', ({ outcome }) => outcomes.push(outcome))
      const stopSeeing = watchWorkers(supervisor.pid ?? 0)
      const [stopFast, stopSlow] = [startLoad(`http://127.0.0.1:${port}/`), slowClients(port)]

      const start = systemClock.now()
      let last: string | undefined
      for (let n = 1; n <= swaps; n++) {
        last = await volume.swap({ 'site.conf': site(port, `v${n}`) })
        await systemClock.sleep(Math.max(0, start + (n * stormMs) / swaps - systemClock.now()))
      }
      const tookMs = systemClock.now() - start
      await expect.poll(() => loop.status.desired).toBe(last)
      await loop.inSync({ signal: AbortSignal.timeout(25_000) })
      expect(await ask(port)).toBe(`v${swaps}`)
      expect(loop.status.applied).toBe(last)

      const [fast, slow, most] = [await stopFast(), await stopSlow(), stopSeeing()]
      const applied = outcomes.filter((outcome) => outcome === 'applied').length
      console.log(
        `storm: ${swaps} swaps in ${Math.round(tookMs)} ms, ${applied} reloads, at most ${most.draining} workers draining and ` +
          `${most.all} in all; ${fast.answered} requests and ${slow.length} slow ones, ${fast.failed.length} failed`,
      )
      expect(fast.failed).toEqual([])
      expect(new Set(slow)).toEqual(new Set([slowBytes]))
      expect(slow.length).toBeGreaterThan(30)
      expect(new Set(outcomes)).toEqual(
        new Set(['applied', ...(outcomes.includes('skipped') ? ['skipped'] : [])]),
      )
      expect(applied).toBeGreaterThan(2)
      // One reload is let go with this many; it makes all workers of before draining ones.
      expect(most.draining).toBeLessThanOrEqual(maxDraining + workers)
      expect(most.draining).toBeGreaterThan(0)
    },
  )
})
