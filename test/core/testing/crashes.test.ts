import { watchConfigMap, type Mount, type Snapshot } from '@hotmount/core'
import { simulateMount, type Data, type SimulatedMount, type Step } from '@hotmount/core/testing'
import * as fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'

type Act =
  | { readonly does: 'swap'; readonly data: Data }
  | { readonly does: 'crash'; readonly data: Data; readonly steps: number }
  | { readonly does: 'fail'; readonly data: Data; readonly at: Step }

// Few keys and values, so that equal data, keys that come back, and shared parents are common.
const value = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'longer than the others'),
  fc.uint8Array({ maxLength: 8 }),
)
const data: fc.Arbitrary<Data> = fc.dictionary(
  fc.constantFrom('a', 'b', '.env', 'x/1', 'x/2', 'y/z/1', 'c.yaml'),
  value,
  { noNullPrototype: true, maxKeys: 5 },
)
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ does: fc.constant('swap' as const), data }),
  fc.record({ does: fc.constant('crash' as const), data, steps: fc.integer({ min: 1, max: 20 }) }),
  fc.record({
    does: fc.constant('fail' as const),
    data,
    at: fc.constantFrom<Step>('write', 'publish', 'link', 'unlink', 'prune'),
  }),
)
const story = fc.record({
  first: data,
  order: fc.constantFrom('current' as const, 'links-first' as const),
  acts: fc.array(act, { minLength: 1, maxLength: 8 }),
})

/** Does one act; returns whether the kubelet got as far as publishing. */
const perform = async (volume: SimulatedMount, one: Act): Promise<boolean> => {
  if (one.does === 'swap') return (await volume.swap(one.data)) !== undefined
  if (one.does === 'fail') {
    const before = (await volume.published())?.revision
    await volume.swap(one.data, { failAt: one.at }).catch(() => undefined)
    return (await volume.published())?.revision !== before
  }
  let steps = 0
  let published = false
  for await (const step of volume.steps(one.data)) {
    published ||= step === 'publish'
    if ((steps += 1) === one.steps) break
  }
  return published
}

const hex = (from: Data): Record<string, string> =>
  Object.fromEntries(Object.entries(from).map(([key, bytes]) => [key, Buffer.from(bytes).toString('hex')]))
const seen = (snapshot: Snapshot): Record<string, string> =>
  hex(Object.fromEntries(snapshot.keys().map((key) => [key, snapshot.bytes(key)])))

describe('any sequence of writes, crashes and failures', () => {
  it('leaves published what was published last, and all of it', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ first, order, acts }) => {
        const volume = await simulateMount(first, { order })
        let wanted = first
        try {
          for (const one of acts) {
            if (await perform(volume, one)) wanted = one.data
            expect(hex((await volume.published())?.data ?? {})).toEqual(hex(wanted))
          }
        } finally {
          await volume[Symbol.asyncDispose]()
        }
      }),
      { numRuns: 60 },
    )
  })

  it('leaves an observer with exactly that, told by events alone', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ first, order, acts }) => {
        const volume = await simulateMount(first, { order })
        let mount: Mount | undefined
        let changes = 0
        let published = 0
        try {
          mount = await watchConfigMap(volume.path, { emptied: 'accept', resync: false })
          mount.on('change', () => (changes += 1))
          for (const one of acts) published += Number(await perform(volume, one))
          const wanted = hex((await volume.published())?.data ?? {})
          const { snapshot } = mount
          await vi.waitFor(() => expect(seen((mount ?? { snapshot }).snapshot)).toEqual(wanted), {
            interval: 2,
          })
          expect(changes).toBeLessThanOrEqual(published)
        } finally {
          await mount?.close()
          await volume[Symbol.asyncDispose]()
        }
      }),
      { numRuns: 60 },
    )
  })
})
