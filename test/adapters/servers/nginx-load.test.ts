import { Agent, get, type ClientRequest } from 'node:http'
import { reload, watchConfigMap } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { expect, it, onTestFinished } from 'vitest'
import { freePort } from '../../support/free-port.js'
import { describeWith } from '../../support/servers.js'
import { answering, ask, startNginx } from './nginx-process.js'

interface Load {
  readonly answered: number
  /** Errors on a connection that had never been used before: lost requests. */
  readonly lost: readonly string[]
  /** Errors on a kept connection that nginx closed while it was idle: a client may send such a request again. */
  readonly reset: readonly string[]
}

/** Four clients, each with a pause of 20 ms after an answer, until stopped. */
const startLoad = (port: number, agent: Agent | false): (() => Promise<Load>) => {
  const load = { answered: 0, lost: [] as string[], reset: [] as string[] }
  const stop = new AbortController()
  const once = (): Promise<void> =>
    new Promise((resolve) => {
      const request: ClientRequest = get({ host: '127.0.0.1', port, agent }, (response) => {
        if (response.statusCode === 200) load.answered++
        else load.lost.push(`status ${response.statusCode}`)
        response.resume().on('end', () => setTimeout(resolve, 20))
      })
      request.on('error', (error: NodeJS.ErrnoException) => {
        const errors = request.reusedSocket ? load.reset : load.lost
        errors.push(error.code ?? error.message)
        setTimeout(resolve, 20)
      })
    })
  const client = async (): Promise<void> => {
    while (!stop.signal.aborted) await once()
  }
  const clients = [client(), client(), client(), client()]
  return async () => {
    stop.abort()
    await Promise.all(clients)
    return load
  }
}

describeWith('nginx', 'nginx under load', () => {
  it('takes fifty swaps and loses no request', { timeout: 120_000 }, async () => {
    const port = await freePort()
    const volume = await simulateMount({ 'site.conf': answering(port, 'v0') })
    onTestFinished(async () => volume[Symbol.asyncDispose]())
    const { argv, supervisor } = await startNginx(port, `include ${volume.path}/*.conf;`)
    const mount = await watchConfigMap(volume.path)
    const loop = reload(mount, nginx({ process: supervisor, ...nginxArgs(argv) }))
    onTestFinished(async () => {
      await loop.close()
      await mount.close()
    })
    const agent = new Agent({ keepAlive: true })
    onTestFinished(() => agent.destroy())
    const [stopFresh, stopKept] = [startLoad(port, false), startLoad(port, agent)]
    const outcomes: string[] = []
    loop.on('report', ({ outcome }) => outcomes.push(outcome))

    for (let version = 1; version <= 50; version++) {
      const revision = await volume.swap({ 'site.conf': answering(port, `v${version}`) })
      await expect.poll(() => loop.status.desired, { timeout: 5000, interval: 5 }).toBe(revision)
      await loop.inSync()
      expect(await ask(port)).toBe(`v${version}`)
    }

    const [fresh, kept] = [await stopFresh(), await stopKept()]
    expect(outcomes).toEqual(Array.from({ length: 50 }, () => 'applied'))
    expect(fresh.lost).toEqual([])
    expect(fresh.answered).toBeGreaterThan(1000)
    expect(kept.lost).toEqual([])
    expect(new Set([...kept.reset, 'ECONNRESET'])).toEqual(new Set(['ECONNRESET']))
    expect(kept.answered).toBeGreaterThan(1000)
  })
})
