import { stage } from '@hotmount/adapters/stage'
import { expect, it, onTestFinished, vi } from 'vitest'
import { snapshotOf } from '../process/changes.js'
import { emptyInto, listing } from './staged.js'

it('gives the check of what follows its time, and no more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const into = emptyInto()
  let isAsked = false
  const web = stage({ into }, () => ({
    name: 'server',
    check: (_, { signal }) => {
      isAsked = true
      return new Promise<void>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    },
    apply: () => undefined,
  }))
  const up = web.bringUp(snapshotOf({ a: 'one' })).catch((thrown: unknown) => thrown)
  await vi.waitFor(() => expect(isAsked).toBe(true))
  await vi.advanceTimersByTimeAsync(30_000)
  expect(await up).toMatchObject({ code: 'TIMED_OUT', stage: 'check', retryable: true })
  expect(listing(into)).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
