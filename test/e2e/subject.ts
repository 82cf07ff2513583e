import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Reaction, reload, type Reloader, type Report, watchConfigMap } from '@hotmount/core'
import { type Data, simulateMount } from '@hotmount/core/testing'
import { type Argv, supervise, type Supervisor } from '@hotmount/adapters/process'
import { expect, onTestFinished, vi } from 'vitest'
import { scratch } from '../adapters/process/children.js'
import { ask } from '../adapters/servers/nginx-process.js'
import { freePort } from '../support/free-port.js'

/** Where one server lives in one test. */
export interface Place {
  readonly port: number
  /** The mounted directory. */
  readonly mount: string
  /** For pid files, logs and sockets. */
  readonly work: string
}

/** One real server, as the tests of every server need it. */
export interface Subject {
  /** The mounted files with which it answers this version. */
  readonly good: (version: string, place: Place) => Data
  /** Mounted files that its check refuses. */
  readonly broken: (place: Place) => Data
  readonly command: (place: Place) => Argv
  readonly reaction: (place: Place, supervisor: Supervisor) => Reaction
  /** What it answers, and whether it is there at all. Default: GET / on the port. */
  readonly answer?: (place: Place) => Promise<string>
  /** What is asked under load. Default `/`. */
  readonly loadPath?: string
  /** What has to be there before it starts, such as a server in front of it. */
  readonly prepare?: (place: Place) => Promise<void>
}

/** A server that runs with version v1, and the loop that keeps it in step. */
export interface Running {
  readonly place: Place
  readonly supervisor: Supervisor
  readonly loop: Reloader
  readonly reports: readonly Report[]
  readonly answer: () => Promise<string>
  /** Publishes files: the new revision. */
  readonly publish: (data: Data) => Promise<string>
  /** Publishes files and waits for the report of what became of them. */
  readonly swap: (data: Data) => Promise<Report>
  /** Called between apply and verify of the next attempt. */
  afterApply: (() => void) | undefined
}

/** The report on a revision, also when it has come already. */
const reportOn = (loop: Reloader, reports: readonly Report[], revision: string): Promise<Report> =>
  new Promise((resolve) => {
    const look = (report: Report | undefined): void => {
      if (report?.revision !== revision) return
      loop.off('report', look)
      resolve(report)
    }
    loop.on('report', look)
    look(reports.find((report) => report.revision === revision))
  })

/** Starts it, with everything ended when the test is. */
export const start = async (subject: Subject): Promise<Running> => {
  const work = join(scratch(), 'work')
  mkdirSync(work, { mode: 0o777 })
  const port = await freePort()
  const volume = await simulateMount({})
  onTestFinished(async () => volume[Symbol.asyncDispose]())
  const place: Place = { port, mount: volume.path, work }
  await volume.swap(subject.good('v1', place))
  await subject.prepare?.(place)
  const mount = await watchConfigMap(volume.path)
  const supervisor = supervise(subject.command(place), {
    stopSignal: 'SIGTERM',
    grace: '1s',
    restart: 'onFailure',
  })
  const answer = (): Promise<string> => (subject.answer ? subject.answer(place) : ask(port))
  const reaction = subject.reaction(place, supervisor)
  const reports: Report[] = []
  const running: { afterApply: (() => void) | undefined } = { afterApply: undefined }
  const loop = reload(
    mount,
    {
      ...reaction,
      apply: async (change, context) => {
        const receipt = await reaction.apply(change, context)
        running.afterApply?.()
        running.afterApply = undefined
        return receipt
      },
    },
    { retry: { min: 200, max: 500 } },
  )
  loop.on('report', (report) => reports.push(report))
  onTestFinished(async () => {
    await loop.close()
    await mount.close()
    await supervisor.stop()
  })
  await vi.waitFor(async () => expect(await answer()).toBe('v1'), { timeout: 15_000, interval: 50 })
  const publish = async (data: Data): Promise<string> => String(await volume.swap(data))
  return Object.assign(running, {
    place,
    supervisor,
    loop,
    reports,
    answer,
    publish,
    swap: async (data: Data) => reportOn(loop, reports, await publish(data)),
  })
}
