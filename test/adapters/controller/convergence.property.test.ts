import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateName } from '../../../packages/adapters/src/controller/annotation-names.js'
import { readState } from '../../../packages/adapters/src/controller/state.js'
import { Story } from './story.js'

const hour = 3_600_000

type Deed = (tale: Story) => void
const put =
  (value: string): Deed =>
  (tale) =>
    void tale.put('configmap/shop', { a: value })
const deeds: fc.Arbitrary<Deed> = fc.oneof(
  fc.constantFrom('1', '2', '3').map(put),
  fc.constant<Deed>((tale) => void tale.put('configmap/shop', undefined)),
  fc.constantFrom('1', '2').map(
    (value): Deed =>
      (tale) =>
        void tale.put('secret/db', { p: value }),
  ),
  fc.integer({ min: 0, max: 60_000 }).map(
    (ms): Deed =>
      (tale) =>
        void tale.after(ms),
  ),
  fc.constant<Deed>((tale) => void tale.step()),
  // A restart: what is not written down is forgotten.
  fc.constant<Deed>((tale) => {
    tale.seen = undefined
  }),
  fc.boolean().map((taken): Deed => (tale) => {
    tale.taken = taken
  }),
)
const gates = fc.constantFrom<Record<string, string>>(
  {},
  { 'hotmount.dev/coalesce': '5s:20s' },
  { 'deployment.reloader.stakater.com/pause-period': '5m' },
  { 'hotmount.dev/rate': '2/1h' },
  { 'hotmount.dev/breaker': '2/1h' },
  { 'hotmount.dev/turn': 'shops' },
  { 'hotmount.dev/window': '00:00-24:00' },
)

/** Lets time pass, with nothing changing any more, until nothing waits. */
const rest = (tale: Story): boolean => {
  tale.taken = false
  for (let hours = 0; hours < 50; hours++) if (tale.after(hour).settle() === 'nothing') return true
  return false
}

const rolledFor = (tale: Story): unknown => readState(tale.annotations[stateName])?.rolled

describe('whatever happens, and in whatever order', () => {
  it.each<[what: string, holds: (tale: Story, deedsDone: number) => boolean]>([
    [
      'in the end, everything is rolled for what there is',
      (tale) => {
        const rolled = rolledFor(tale) as Record<string, Record<string, string> | null>
        return [...tale.present.values()].every(
          ({ kind, name, hashes }) =>
            JSON.stringify(rolled[`${kind.toLowerCase()}/${name}`]) === JSON.stringify(hashes),
        )
      },
    ],
    ['there are no more rollouts than changes', (tale, changes) => tale.rollouts <= changes],
    ['then nothing is written any more', (tale) => tale.step() === 'nothing'],
  ])('%s', (_what, holds) => {
    const property = fc.property(gates, fc.array(deeds, { maxLength: 40 }), (annotations, all) => {
      const tale = new Story()
      tale.annotations = { ...tale.annotations, ...annotations }
      for (const deed of all) deed(tale)
      return rest(tale) && holds(tale, all.length)
    })
    expect(fc.check(property, { numRuns: 500 })).toMatchObject({ failed: false })
  })
})
