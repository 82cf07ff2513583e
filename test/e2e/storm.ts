import { connect } from 'node:net'
import { systemClock } from '@hotmount/core'
import { expect, it, onTestFinished } from 'vitest'
import { Roster } from '../../packages/adapters/src/process/roster.js'
import { startLoad } from './load.js'
import { start, type Subject } from './subject.js'

/** One slow client: what it got, in a word. */
export type SlowClient = (port: number) => Promise<string>

/** A storm, and what is expected of a server in it. */
export interface Storm {
  readonly swaps: number
  readonly durationMs: number
  /** What its slow clients do. Default: a request whose head takes two seconds. */
  readonly slow?: SlowClient
  /** What each of them gets. Default: status 200. */
  readonly slowGets?: string
  /** Its workers in peace. */
  readonly workers: number
  /** What its reaction allows to drain when a reload begins. */
  readonly maxDraining: number
  /** At least so many reloads. Default 2; 1 where a check takes longer than a revision stays. */
  readonly reloads?: number
}

const headMs = 2000

/** Sends the head of its request so slowly that reloads come and go meanwhile; gets the status. */
const slowHead =
  (path: string): SlowClient =>
  (port) =>
    new Promise((resolve) => {
      let answer = ''
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n`)
        const timer = setTimeout(() => socket.write('Connection: close\r\n\r\n'), headMs)
        socket.on('close', () => clearTimeout(timer))
      })
      socket.setEncoding('latin1').on('data', (text: string) => (answer += text))
      socket.on('close', () => resolve(/^HTTP\/1\.\d (\d+)/.exec(answer)?.[1] ?? 'cut off'))
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    })

/** A new slow client every 150 ms, until stopped: what each of them got. */
const slowClients = (port: number, client: SlowClient): (() => Promise<readonly string[]>) => {
  const answers: Promise<string>[] = []
  const timer = setInterval(() => void answers.push(client(port)), 150)
  onTestFinished(() => clearInterval(timer))
  return () => {
    clearInterval(timer)
    return Promise.all(answers)
  }
}

/** The most workers there were at a time. */
const countWorkers = (master: number): (() => number) => {
  const roster = new Roster()
  let most = 0
  const timer = setInterval(() => (most = Math.max(most, roster.of(master).length)), 10)
  return () => {
    clearInterval(timer)
    return most
  }
}

/** Many swaps with slow clients connected: the last one wins, workers do not pile up, and no request is lost. */
export const survivesAStorm = (subject: Subject, storm: Storm): void => {
  const {
    swaps,
    durationMs,
    workers,
    maxDraining,
    reloads: least = 2,
    slow = slowHead(subject.loadPath ?? '/'),
  } = storm
  it('ends a storm of swaps on the last one, with few workers left over and no request lost', async () => {
    const server = await start(subject)
    const { place, loop, reports, supervisor } = server
    const stopCounting = countWorkers(supervisor.pid ?? 0)
    const stopFast = startLoad(`http://127.0.0.1:${place.port}${subject.loadPath ?? '/'}`)
    const stopSlow = slowClients(place.port, slow)

    const started = systemClock.now()
    let last: string | undefined
    for (let n = 1; n <= swaps; n++) {
      last = await server.publish(subject.good(`v${n + 1}`, place))
      await systemClock.sleep(Math.max(0, started + (n * durationMs) / swaps - systemClock.now()))
    }
    await expect.poll(() => loop.status.desired).toBe(last)
    const stormed = systemClock.now()
    await loop.inSync({ signal: AbortSignal.timeout(60_000) })
    const settledMs = Math.round(systemClock.now() - stormed)
    expect(loop.status.applied).toBe(last)
    expect(await server.answer()).toBe(`v${swaps + 1}`)

    const [fast, slowGot, most] = [await stopFast(), await stopSlow(), stopCounting()]
    const reloads = reports.filter(({ outcome }) => outcome === 'applied').length
    console.log(
      `storm: ${swaps} swaps in ${Math.round(stormed - started)} ms, ${reloads} reloads, the last proven ${settledMs} ms later, ` +
        `at most ${most} workers; ${fast.answered} requests and ${slowGot.length} slow ones, ${fast.failed.length} failed`,
    )
    expect(fast.failed).toEqual([])
    expect(new Set(slowGot)).toEqual(new Set([storm.slowGets ?? '200']))
    expect(slowGot.length).toBeGreaterThan(10)
    expect(reports.filter(({ outcome }) => outcome !== 'applied' && outcome !== 'skipped')).toEqual([])
    expect(reloads).toBeGreaterThanOrEqual(least)
    // One reload is let go with this many; it makes all workers of before draining ones, beside as many new.
    expect(most).toBeLessThanOrEqual(maxDraining + 2 * workers)
  }, 120_000)
}
