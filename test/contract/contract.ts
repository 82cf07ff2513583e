import { readFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'
import { type Change, HotmountError, type Reloader, type Stage, systemClock } from '@hotmount/core'
import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest'
import { installed } from '../support/servers.js'
import { root } from '../support/source-tree.js'
import { type Clause, type Row, secret, type Stuck } from './row.js'
import { type Belongings, before, bringUp, leftovers, reportOn, type Running, withLoop } from './running.js'

const documented = readFileSync(path.join(root, 'docs/errors.md'), 'utf8')
const stages = ['check', 'apply', 'verify'] as const
const promptMs = 1000

/** Everything that could be printed of a thing. */
const printed = (thing: unknown): string =>
  [inspect(thing, { depth: null }), JSON.stringify(thing), String(thing)].join('\n')

/** The change between what is mounted and what comes next, as the loop gives it. */
const inChange = (
  running: Running,
  use: (change: Change) => Promise<void>,
  swap: () => unknown,
): Promise<void> =>
  new Promise((resolve, reject) => {
    running.mount.once('change', (change) => void use(change).then(resolve, reject))
    void swap()
  })

/** A stage that is told to give up while it waits: how long it took, and what it ended with. */
const giveUp = async (running: Running, stage: Stage, { reaction, isWaiting }: Stuck, version: string) => {
  const seen: { begun: boolean; reason?: unknown; ended?: unknown } = { begun: false }
  const original = reaction[stage]?.bind(reaction) as (
    input: unknown,
    context: { signal: AbortSignal },
  ) => unknown
  const watched = {
    ...reaction,
    [stage]: async (input: unknown, context: { signal: AbortSignal }): Promise<unknown> => {
      context.signal.addEventListener('abort', () => (seen.reason = context.signal.reason))
      seen.begun = true
      try {
        return await original(input, context)
      } catch (error) {
        seen.ended = error
        throw error
      }
    },
  }
  return withLoop(running, watched, async (loop: Reloader) => {
    await running.volume.swap(running.good(version))
    await vi.waitFor(() => expect([seen.begun, isWaiting?.() ?? true]).toEqual([true, true]), {
      timeout: 15_000,
      interval: 5,
    })
    expect(seen.ended).toBeUndefined()
    const start = systemClock.now()
    await loop.close()
    return { ...seen, tookMs: systemClock.now() - start }
  })
}

const asked = ({ skips }: Row, clause: Clause): boolean => skips?.[clause] === undefined

/** The tests that every adapter has to pass. */
export const contract = (row: Row): void => {
  const needs = row.needs ?? []
  const mark = needs.length > 0 ? ` [needs ${needs.join(', ')}]` : ''
  const isMissing = needs.some((need) => installed(need) === undefined)

  describe.skipIf(isMissing)(`${row.name}${mark}`, () => {
    let running: Running
    let then: Belongings
    let consoles: MockInstance[] = []
    const warnings: Error[] = []
    const onWarning = (warning: Error): void => void warnings.push(warning)
    let version = 1
    const next = (): string => `v${++version}`

    beforeAll(async () => {
      then = before()
      consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) => vi.spyOn(console, name))
      process.on('warning', onWarning)
      running = await bringUp(row)
    }, 60_000)
    afterAll(async () => {
      process.off('warning', onWarning)
      for (const spy of consoles) spy.mockRestore()
      await running.close()
    })

    it('takes a change, and the same once more does no harm', async () => {
      const { reaction } = running
      const wanted = next()
      await withLoop(running, reaction, async (loop) => {
        const revision = await running.volume.swap(running.good(wanted))
        expect(printed(await reportOn(running, revision))).toMatch(/outcome: 'applied'/)
        expect(await running.inEffect()).toBe(wanted)
        expect(loop.status.state).toBe('inSync')
      })
      const again = next()
      await inChange(
        running,
        async (change) => {
          const context = {
            attempt: 1,
            signal: new AbortController().signal,
            clock: systemClock,
            timeoutMs: 30_000,
            change,
            latest: () => change.snapshot,
            resync: () => Promise.resolve(change.snapshot),
          }
          for (const attempt of [1, 2]) {
            await reaction.check?.(change.snapshot, { ...context, attempt })
            await reaction.verify?.(await reaction.apply(change, context), context)
            expect(await running.inEffect()).toBe(again)
          }
        },
        () => running.volume.swap(running.good(again)),
      )
    }, 60_000)

    it.runIf(asked(row, 'refuses'))(
      'refuses a bad change in documented words, and the old one stays',
      async () => {
        const { bad, inEffect, reaction } = running
        const old = await inEffect()
        await withLoop(running, reaction, async () => {
          const report = await reportOn(running, await running.volume.swap(bad?.data ?? {}))
          expect(report).toMatchObject({ outcome: bad?.outcome, error: { code: bad?.code } })
          const { error } = report as { readonly error?: HotmountError }
          expect(error).toBeInstanceOf(HotmountError)
          expect(documented).toContain(`| \`${String(error?.code)}\` |`)
          expect(error?.hint).toMatch(/\w+ \w+/)
          expect(await inEffect()).toBe(old)
        })
      },
      60_000,
    )

    it('ends on the last of many changes', async () => {
      const { volume, reaction, inEffect, reports } = running
      await withLoop(running, reaction, async (loop) => {
        const from = reports.length
        let last: string | undefined
        let wanted = ''
        for (let n = 0; n < 6; n++) last = await volume.swap(running.good((wanted = next())))
        await vi.waitFor(() => expect(loop.status.desired).toBe(last))
        await loop.inSync({ signal: AbortSignal.timeout(40_000) })
        expect(loop.status.applied).toBe(last)
        expect(await inEffect()).toBe(wanted)
        const applied = reports.slice(from).filter(({ outcome }) => outcome === 'applied')
        expect(applied.at(-1)?.revision).toBe(last)
        expect(reports.at(-1)?.revision).toBe(last)
      })
    }, 60_000)

    it.for(stages.filter((stage) => asked(row, `gives up ${stage}`)))(
      'gives up %s at once when told to',
      async (stage) => {
        const stuck = await running.stuck[stage]?.()
        if (!stuck) throw new Error(`the row shows no ${stage} that waits, and does not say why`)
        try {
          const { tookMs, reason, ended } = await giveUp(running, stage, stuck, next())
          expect(tookMs).toBeLessThan(promptMs)
          expect(reason).toBeDefined()
          expect(ended).toBe(reason)
        } finally {
          await stuck.free?.()
        }
      },
    )

    it('has printed no value', () => {
      expect(running.reports.length).toBeGreaterThan(1)
      const calls = consoles.flatMap((spy) => spy.mock.calls)
      const all = [...running.reports, ...calls, ...warnings, running.reaction, running.mount].map(printed)
      // Not the texts themselves: a failing test must not print them either.
      expect(all.map((text) => text.includes(secret))).not.toContain(true)
    })

    it('leaves no child, file, timer or handle behind', async () => {
      await running.close()
      expect(await leftovers(then)).toEqual([])
    }, 15_000)
  })
}

/** Says what was left out, and why. */
export const sayWhatIsSkipped = (rows: readonly Row[]): void => {
  const skips = rows.flatMap(({ name, skips: own = {} }) =>
    Object.entries(own).map(([clause, reason]) => ({ name, clause, reason })),
  )
  it('leaves nothing out without a reason', () => {
    for (const { name, clause, reason } of skips)
      console.log(`contract: ${name} is not asked "${clause}": ${reason}`)
    expect(skips.filter(({ reason }) => reason.split(' ').length < 4)).toEqual([])
  })
}
