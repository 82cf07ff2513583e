import { reload, type ReloadOptions } from '@hotmount/core'
import { fakeClock } from '@hotmount/core/testing'
import { describe, expect, test } from 'vitest'
import { rig } from '../../support/loop-rig.js'
import { mounted } from '../../support/mounted.js'
import { type Recorder, recorder } from '../../support/recorder.js'

const applied = (reaction: Recorder): string[] => reaction.log.filter((line) => line.startsWith('apply'))

describe('pacing', () => {
  test('cooldown keeps two applies apart, and the later one takes what is newest then', async () => {
    const reaction = recorder()
    const { clock, set } = await rig(reaction, { cooldown: '10s' })
    await set('2')
    expect(applied(reaction)).toEqual(['apply 2'])
    await set('3')
    await clock.advance(9_000)
    await set('4')
    expect(applied(reaction)).toEqual(['apply 2'])
    await clock.advance(1_000)
    expect(applied(reaction)).toEqual(['apply 2', 'apply 4'])
  })

  test('splay waits the share of this pod, the same each time', async () => {
    const reaction = recorder()
    const { clock, loop, set } = await rig(reaction, { splay: '1000s' })
    const waits: number[] = []
    for (const a of ['2', '3']) {
      await set(a)
      let waited = 0
      while (loop.status.state !== 'inSync') {
        await clock.advance(1000)
        waited += 1000
      }
      waits.push(waited)
    }
    expect(applied(reaction)).toEqual(['apply 2', 'apply 3'])
    expect(waits[0]).toBe(waits[1])
    expect(waits[0]).toBeLessThanOrEqual(1_000_000)
  })

  test('a closed gate is asked again, told once, and skips what was superseded meanwhile', async () => {
    let isOpen = false
    const reaction = recorder()
    const { clock, loop, told, set } = await rig(reaction, {
      gate: () => isOpen,
      retry: { min: 1000, max: 1000 },
    })
    await set('2')
    await clock.advance(5000)
    await set('3')
    expect(told).toEqual(['skipped gate'])
    expect(loop.status.state).toBe('pending')
    isOpen = true
    await clock.advance(1000)
    expect(told).toEqual(['skipped gate', 'applied'])
    expect(applied(reaction)).toEqual(['apply 3'])
  })

  test('the breaker holds a flapping mount until one revision has stayed', async () => {
    const reaction = recorder()
    const { clock, loop, told, set } = await rig(reaction, { breaker: { max: 2, within: '60s' } })
    for (const a of ['2', '3', '4', '5']) await set(a)
    expect(told).toEqual(['applied', 'applied', 'skipped breaker'])
    expect(loop.status.state).toBe('held')
    await clock.advance(30_000)
    await set('6')
    await clock.advance(59_000)
    expect(loop.status.state).toBe('held')
    await clock.advance(1_000)
    expect(loop.status.state).toBe('inSync')
    expect(applied(reaction)).toEqual(['apply 2', 'apply 3', 'apply 6'])
  })

  test('the breaker does not stop the retries of one revision', async () => {
    const reaction = recorder()
    const { clock, loop, told, set } = await rig(reaction, {
      breaker: { max: 1, within: '1h' },
      retry: { min: 1000, max: 1000 },
    })
    reaction.behave.apply = () => Promise.reject(new Error('not yet'))
    await set('2')
    await clock.advance(3000)
    expect(told).toEqual([
      'failed APPLY_FAILED',
      'failed APPLY_FAILED',
      'failed APPLY_FAILED',
      'failed APPLY_FAILED',
    ])
    delete reaction.behave.apply
    await clock.advance(1000)
    expect(loop.status.state).toBe('inSync')
  })

  test('what mends a refused revision waits its share of the splay again', async () => {
    const reaction = recorder()
    const { clock, loop, set } = await rig(reaction, { splay: '10h' })
    reaction.behave.check = () => Promise.reject(new Error('bad'))
    await set('2')
    await clock.advance(36_000_000)
    expect(loop.status.state).toBe('rejected')
    delete reaction.behave.check
    await set('3')
    expect(loop.status.state).toBe('pending')
    await clock.advance(36_000_000)
    expect(loop.status.state).toBe('inSync')
  })

  test('a gate that never answers counts as closed, and closing does not wait for it', async () => {
    const reaction = recorder()
    let asked = 0
    const gate = (): boolean | Promise<boolean> => (asked++ === 0 ? new Promise(() => undefined) : true)
    const { clock, loop, told, set } = await rig(reaction, {
      gate,
      timeout: '5s',
      retry: { min: 1000, max: 1000 },
    })
    await set('2')
    await clock.advance(5000)
    expect(told).toEqual(['skipped gate'])
    await clock.advance(1000)
    expect(told).toEqual(['skipped gate', 'applied'])
    asked = 0
    await set('3')
    await loop.close()
    expect(applied(reaction)).toEqual(['apply 2'])
  })

  test('a person releases what the breaker holds', async () => {
    const reaction = recorder()
    const { clock, loop, set } = await rig(reaction, { breaker: { max: 1, within: '1h' } })
    await set('2')
    await set('3')
    expect(loop.status.state).toBe('held')
    loop.release()
    await clock.advance(0)
    expect(applied(reaction)).toEqual(['apply 2', 'apply 3'])
  })
})

describe('time-outs', () => {
  test('a stage that takes too long is aborted and reported, and the next waits until it has ended', async () => {
    const reaction = recorder()
    const { clock, loop, told, set } = await rig(reaction, { timeout: '5s', retry: { min: 1000, max: 1000 } })
    let end!: () => void
    reaction.behave.apply = () => new Promise<void>((resolve) => (end = resolve))
    await set('2')
    await clock.advance(5000)
    expect(told).toEqual(['failed TIMED_OUT'])
    expect(loop.status.state).toBe('dirty')
    delete reaction.behave.apply
    await clock.advance(60_000)
    expect(reaction.log).toEqual(['check 2', 'apply 2'])
    end()
    await clock.advance(0)
    expect(reaction.log).toEqual(['check 2', 'apply 2', 'check 2', 'apply 2', 'verify 2'])
  })

  test('the signal of a stage says why it was aborted', async () => {
    const { volume, mount } = await mounted({ a: '1' })
    const clock = fakeClock()
    const reasons: unknown[] = []
    const loop = reload(
      mount,
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            reject(signal.reason as Error)
          })
        }),
      { clock, timeout: 1000, retry: false },
    )
    await volume.swap({ a: '2' })
    await mount.resync()
    await clock.advance(1000)
    expect(reasons).toMatchObject([{ code: 'TIMED_OUT' }])
    await loop.close()
  })
})

describe('the end', () => {
  test('closing aborts what runs, waits for it, and ends iterators and waiters', async () => {
    const reaction = recorder()
    const { volume, mount } = await mounted({ a: '1' })
    const loop = reload(mount, {
      ...reaction,
      apply: (_, { signal }) =>
        new Promise((resolve) => {
          reaction.log.push('apply begins')
          signal.addEventListener('abort', () => {
            reaction.log.push('apply ends')
            resolve('')
          })
        }),
    })
    await volume.swap({ a: '2' })
    await mount.resync()
    const waiting = loop.inSync().catch((error: unknown) => error)
    const iterating = (async () => {
      for await (const report of loop) reaction.log.push(report.outcome)
    })()
    await expect.poll(() => reaction.log).toContain('apply begins')
    await loop.close()
    expect(await waiting).toMatchObject({ code: 'CLOSED' })
    await iterating
    expect(reaction.log).toEqual(['check 2', 'apply begins', 'apply ends'])
    expect(mount.listenerCount('change')).toBe(0)
  })

  test('closing does not wait for a stage that ignores its signal longer than a stage may take', async () => {
    const { volume, mount } = await mounted({ a: '1' })
    const loop = reload(mount, () => new Promise(() => undefined), {
      timeout: 50,
      retry: { min: 1, max: 1 },
    })
    const failed = new Promise<void>((resolve) => loop.once('report', () => resolve()))
    await volume.swap({ a: '2' })
    await mount.resync()
    await failed
    // The retry waits for the stage that never ends.
    await expect.poll(() => loop.status.state).toBe('running')
    await loop.close()
    expect(loop.status.state).toBe('running')
  })

  test('a loop ends with its mount, and one of a closed mount is refused', async () => {
    const { mount } = await mounted({ a: '1' })
    const loop = reload(mount, () => undefined)
    const closed = new Promise<void>((resolve) => loop.once('close', resolve))
    await mount.close()
    await closed
    await expect(loop.inSync()).rejects.toMatchObject({ code: 'CLOSED' })
    expect(() => reload(mount, () => undefined)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
  })

  test.each([
    [{ timeout: 0 }, 'BAD_OPTION'],
    [{ timeout: '5 minutes' }, 'BAD_DURATION'],
    [{ colldown: '1s' }, 'BAD_OPTION'],
    [{ retry: { attempts: 0 } }, 'BAD_OPTION'],
    [{ breaker: { max: 0, within: '1s' } }, 'BAD_OPTION'],
  ])('bad options are named: %j', async (options, code) => {
    const { mount } = await mounted({ a: '1' })
    expect(() => reload(mount, () => undefined, options as ReloadOptions)).toThrow(
      expect.objectContaining({ code }),
    )
  })
})
