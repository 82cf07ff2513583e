import { expect, test } from 'vitest'
import { Looks } from '../../../packages/core/src/mount/looks.js'

/** A mount whose content is a number: a look that takes it publishes it, and tells a listener. */
const rigged = ({ isSlow = false } = {}) => {
  const closing = new AbortController()
  const rig = {
    closing,
    content: 0,
    seen: 0,
    looks: 0,
    published: [] as number[],
    listener: (): void => undefined,
    finish: (): void => undefined,
  }
  const take = (): void => {
    if (rig.content === rig.seen) return
    rig.seen = rig.content
    rig.published.push(rig.seen)
    rig.listener()
  }
  const lookOnce = (): Promise<void> | undefined => {
    rig.looks += 1
    if (isSlow) return new Promise<void>((resolve) => (rig.finish = resolve)).then(take)
    take()
    return undefined
  }
  const isQuiet = (): boolean => closing.signal.aborted || rig.content === rig.seen
  const changes = (): number => rig.published.length
  return { rig, looks: new Looks({ isQuiet, lookOnce, changes }) }
}

test('what is quickly read is published before the question returns, and what is quiet is not read', async () => {
  const { rig, looks } = rigged()
  rig.content = 1
  const asked = looks.ask()
  expect(rig.published).toEqual([1])
  expect(await asked).toBe(true)
  expect(await looks.ask()).toBe(false)
  expect(rig.looks).toBe(1)
})

test('a listener that asks while it is told gets a look of its own, after the one that tells it', async () => {
  const { rig, looks } = rigged()
  let again: Promise<boolean> | undefined
  rig.listener = () => {
    if (again) return
    rig.content = 2
    again = looks.ask()
    expect(rig.published).toEqual([1])
  }
  rig.content = 1
  expect(await looks.ask()).toBe(true)
  await again
  expect(rig.published).toEqual([1, 2])
  expect(rig.looks).toBe(2)
  expect(looks.current).toBeUndefined()
})

test('many rings during a look mean one more, and all who asked wait for it', async () => {
  const { rig, looks } = rigged({ isSlow: true })
  rig.content = 1
  const asked = [looks.ask(), looks.ask(), looks.ask()]
  expect(rig.looks).toBe(1)
  rig.finish()
  await expect.poll(() => rig.published).toEqual([1])
  rig.content = 2
  const late = looks.ask()
  rig.finish()
  expect(await Promise.all([...asked, late])).toEqual([true, true, true, true])
  expect(rig.published).toEqual([1, 2])
  expect(rig.looks).toBe(2)
})

test('who asks is answered by a look that began after the question, also while the rings never end', async () => {
  const { rig, looks } = rigged({ isSlow: true })
  const answered: string[] = []
  const ask = (name: string): void =>
    void looks.ask().then((differs) => answered.push(`${name}: ${rig.published.at(-1)}, ${differs}`))
  // A writer that is always one ahead.
  rig.listener = () => void rig.content++
  rig.content = 1
  ask('first')
  ask('second')
  for (let begun = 1; begun < 4; begun++) {
    void looks.ask()
    rig.finish()
    await expect.poll(() => rig.looks, { interval: 1 }).toBe(begun + 1)
  }
  expect(answered).toEqual(['first: 1, true', 'second: 2, true'])
})

test('nothing is looked at once it is closed', async () => {
  const { rig, looks } = rigged()
  rig.content = 1
  rig.closing.abort()
  expect(await looks.ask()).toBe(false)
  expect(rig.looks).toBe(0)
})
