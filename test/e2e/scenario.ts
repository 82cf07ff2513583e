import { expect, it } from 'vitest'
import { startLoad } from './load.js'
import { start, type Subject } from './subject.js'

/** What is expected of one server. */
export interface Expectations {
  /** What a report says of a good change. */
  readonly evidence: RegExp
  /** What it says of a broken one, from the server's own check. */
  readonly refusal: RegExp
}

/** The tests that every server has to pass. */
export const takesAndRefuses = (subject: Subject, expected: Expectations): void => {
  it('takes a good change, refuses a broken one and goes on with the old, and takes a fixed one', async () => {
    const server = await start(subject)
    const first = await server.swap(subject.good('v2', server.place))
    expect(first).toMatchObject({ outcome: 'applied', evidence: expect.stringMatching(expected.evidence) })
    expect(await server.answer()).toBe('v2')
    const { pid } = server.supervisor

    const broken = await server.swap(subject.broken(server.place))
    expect(broken).toMatchObject({
      outcome: 'rejected',
      error: { code: 'CHECK_FAILED', message: expect.stringMatching(expected.refusal) },
    })
    expect(await server.answer()).toBe('v2')

    const fixed = await server.swap(subject.good('v3', server.place))
    expect(fixed).toMatchObject({ outcome: 'applied', evidence: expect.stringMatching(expected.evidence) })
    expect(await server.answer()).toBe('v3')
    expect(server.supervisor.pid).toBe(pid)
  }, 60_000)
}

/** A server that is killed while it reloads: said clearly, and made good once it is there again. */
export const survivesItsDeath = (subject: Subject, message: RegExp): void => {
  it('says that the server has ended during a reload, and follows up once it is started again', async () => {
    const server = await start(subject)
    const { pid = 0 } = server.supervisor
    server.afterApply = () => process.kill(pid, 'SIGKILL')
    const report = await server.swap(subject.good('v2', server.place))
    expect(report).toMatchObject({
      outcome: 'failed',
      error: { code: 'VERIFY_FAILED', message: expect.stringMatching(message) },
    })
    await server.loop.inSync({ signal: AbortSignal.timeout(30_000) })
    expect(server.supervisor.pid).not.toBe(pid)
    expect(await server.answer()).toBe('v2')
    expect(server.reports.at(-1)).toMatchObject({ outcome: 'applied' })
  }, 60_000)
}

/** Twenty reloads under load, one connection a request. */
export const losesNothing = (subject: Subject): void => {
  it('takes twenty changes under load', async () => {
    const server = await start(subject)
    const stop = startLoad(`http://127.0.0.1:${server.place.port}${subject.loadPath ?? '/'}`)
    const outcomes: string[] = []
    for (let version = 2; version <= 21; version++)
      outcomes.push((await server.swap(subject.good(`v${version}`, server.place))).outcome)
    const load = await stop()
    expect(outcomes).toEqual(Array.from({ length: 20 }, () => 'applied'))
    expect(await server.answer()).toBe('v21')
    expect(load.failed).toEqual([])
    expect(load.answered).toBeGreaterThan(100)
  }, 120_000)
}
