import { readdirSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { stage, type Stage } from '@hotmount/adapters/stage'
import { array, assert, asyncProperty, boolean, constantFrom, dictionary, nat, record } from 'fast-check'
import { expect, it } from 'vitest'
import { Disk } from '../../../packages/adapters/src/stage/disk.js'
import { stageOn } from '../../../packages/adapters/src/stage/stage.js'
import { changeOf, contextOf, snapshotOf } from '../process/changes.js'
import { emptyInto, listing, proven, shown } from './staged.js'

type Texts = Record<string, string>
const isOneOf = (texts: Texts | undefined, all: readonly (Texts | undefined)[]): boolean =>
  all.some((each) => isDeepStrictEqual(each, texts))

/** One attempt at one revision, by a process that may be killed before it is over. */
interface Life {
  readonly contents: Texts
  /** Steps on the disk before the kill; more than there are mean that it ends well. */
  readonly steps: number
  readonly passes: boolean
  readonly works: boolean
  /** It brings the server up first. */
  readonly starts: boolean
}
const life = record({
  contents: dictionary(constantFrom('a', 'b', 'd/c', 'd/e', 'f'), constantFrom('1', '2', '3'), {
    minKeys: 1,
    noNullPrototype: true,
  }),
  steps: nat(60),
  passes: boolean(),
  works: boolean(),
  starts: boolean(),
})

const live = async (into: string, { contents, steps, passes, works, starts }: Life): Promise<void> => {
  let left = steps
  // Once killed, nothing more happens on the disk: other than after an error, no clean-up runs.
  const disk = new Disk(() => {
    if (left-- <= 0) throw new Error('killed')
  })
  const server = () => ({
    name: 'server',
    check: () => (passes ? undefined : Promise.reject(new Error('refused'))),
    apply: () => undefined,
    verify: () => (works ? 'it works' : Promise.reject(new Error('does not work'))),
  })
  const reaction = stageOn(disk, { into }, server)
  const change = changeOf({}, contents)
  const context = contextOf(change)
  await (async () => {
    if (starts) await reaction.bringUp(change.snapshot).catch(() => undefined)
    await reaction.check?.(change.snapshot, context)
    await reaction.verify?.(await reaction.apply(change, context), context)
  })().catch(() => undefined)
}

/** What is wrong after a life, in words. */
const complaints = (
  into: string,
  before: Texts | undefined,
  { contents, passes, works }: Life,
  accepted: readonly Texts[],
): readonly string[] => {
  const mayBeProven = passes && works ? [before, contents] : [before]
  const mayBeShown = before ? accepted : [...accepted, undefined]
  return [
    ...(isOneOf(proven(into), mayBeProven) ? [] : ['the mark is on what was not proven']),
    ...(isOneOf(shown(into), mayBeShown) ? [] : ['what is published was not accepted, or is not whole']),
  ]
}

const refusing = (into: string): Stage => stage({ into, check: (directory) => ['false', directory] })

it('a stage shows one whole accepted revision and knows the last proven one, whatever lives it had', async () => {
  await assert(
    asyncProperty(array(life, { minLength: 1, maxLength: 6 }), async (lives) => {
      const into = emptyInto()
      const accepted: Texts[] = []
      for (const each of lives) {
        const before = proven(into)
        if (each.passes) accepted.push(each.contents)
        await live(into, each)
        expect(complaints(into, before, each, accepted)).toEqual([])
      }
      const [best, mark] = [proven(into) ?? shown(into), proven(into)]
      await refusing(into)
        .bringUp(snapshotOf({ z: 'refused' }))
        .catch(() => undefined)
      expect([shown(into), proven(into)]).toEqual([best, mark])
      expect(readdirSync(into).filter((name) => /_tmp$|_back$/.test(name))).toEqual([])
      expect(listing(into).filter((name) => name === 'R')).toHaveLength(best ? 1 : 0)
    }),
    { numRuns: 40 },
  )
}, 60_000)
