import { runInNewContext } from 'node:vm'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { reload } from '@hotmount/core'
import { liveConfig } from '@hotmount/adapters/config'
import { opened } from './opened.js'

const anything = z.looseObject({})

/** A schema that asks something which may be down, and likes no number over 9. */
const asking = () => {
  const lookup = { isDown: false, asked: 0 }
  const validate = (input: unknown): never => {
    lookup.asked += 1
    if (lookup.isDown) throw new Error('mine')
    const isGood = (input as { n: number }).n < 10
    return (isGood ? { value: input } : { issues: [{ message: 'no', path: ['n'] }] }) as never
  }
  return { lookup, schema: { '~standard': { version: 1, vendor: 'hand', validate } } as const }
}

describe('a schema that cannot answer', () => {
  it('is asked again, and complained of once', async () => {
    const { lookup, schema } = asking()
    const { mount, edit } = await opened({ 'app.json': '{"n": 0}' })
    const config = await liveConfig(mount, { schema, key: 'app.json' })
    const rejected = vi.fn<(error: Error) => void>()
    config.on('rejected', rejected)
    lookup.isDown = true
    const revision = await edit({ 'app.json': '{"n": 1}' })
    await expect(config.inSync()).rejects.toMatchObject({ code: 'SCHEMA_FAILED', retryable: true })
    expect([config.stale, lookup.asked]).toEqual([true, 3])
    lookup.isDown = false
    await config.inSync()
    expect(config).toMatchObject({ current: { n: 1 }, stale: false, revision })
    await config.inSync()
    expect([rejected.mock.calls.length, lookup.asked]).toEqual([1, 4])
  })

  it('may promise its answer by another kind of promise, as that of a sandbox', async () => {
    const validate = runInNewContext(
      `async () => ({ issues: [{ message: 'no', path: ['n'] }] })`,
    ) as () => never
    const schema = { '~standard': { version: 1, vendor: 'hand', validate } } as const
    const { mount } = await opened({ 'app.json': '{"n": 0}' })
    await expect(liveConfig(mount, { schema, key: 'app.json' })).rejects.toMatchObject({
      code: 'SCHEMA_FAILED',
      issues: [{ path: 'n' }],
    })
  })

  it('is told of anew when it answers no', async () => {
    const { lookup, schema } = asking()
    const { mount, edit } = await opened({ 'app.json': '{"n": 0}' })
    const config = await liveConfig(mount, { schema, key: 'app.json' })
    const seen: unknown[] = []
    config.on('rejected', ({ retryable }) => seen.push(retryable))
    lookup.isDown = true
    await edit({ 'app.json': '{"n": 10}' })
    lookup.isDown = false
    await expect(config.inSync()).rejects.toMatchObject({ retryable: false })
    await expect(config.inSync()).rejects.toMatchObject({ retryable: false })
    expect([seen, lookup.asked]).toEqual([[true, false], 3])
  })

  it('is asked again by a loop that checks with it', async () => {
    const { lookup, schema } = asking()
    const { mount, edit } = await opened({ 'app.json': '{"n": 0}' })
    const config = await liveConfig(mount, { schema, key: 'app.json' })
    const check = (): Promise<void> => config.inSync()
    await using loop = reload(mount, { name: 'app', check, apply: () => undefined }, { retry: { min: 5 } })
    const outcomes: string[] = []
    loop.on('report', ({ outcome }) => {
      lookup.isDown = false
      outcomes.push(outcome)
    })
    config.on('rejected', () => undefined)
    lookup.isDown = true
    await edit({ 'app.json': '{"n": 1}' })
    await expect.poll(() => outcomes).toEqual(['rejected', 'applied'])
    expect(config.current).toEqual({ n: 1 })
  })
})

const deep = (levels: number): unknown => {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = { value }
  return value
}
const circle = (): unknown => {
  const one: Record<string, unknown> = {}
  return Object.assign(one, { one })
}
const bomb = (): unknown => {
  let value: unknown = 'x'
  for (let level = 0; level < 40; level += 1) value = [value, value]
  return value
}
const trapped = <T extends object>(value: T): T =>
  Object.defineProperty(value, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('hunter2')
    },
  })

describe('what a parser of somebody else returns', () => {
  it.each([
    ['too deep', () => deep(20_000), 'is not valid mine: TOO_DEEP'],
    ['too deep by one', () => deep(101), 'is not valid mine: TOO_DEEP'],
    ['a circle', circle, 'is not valid mine: TOO_DEEP'],
    ['a bomb', bomb, 'is not valid mine: ALIAS_BOMB'],
    ['a trap', () => trapped({}), 'is not valid mine: its parser refused it'],
  ])('is refused: %s', async (_what, make, message) => {
    const made = [deep(100), make()]
    const { mount, edit } = await opened({ key: '1' })
    const parser = { name: 'mine', parse: () => made.shift() }
    const config = await liveConfig(mount, { schema: anything, key: 'key', parser })
    const rejected = vi.fn<(error: Error) => void>()
    config.on('rejected', rejected)
    await edit({ key: '2' })
    await expect(config.inSync()).rejects.toMatchObject({
      code: 'PARSE_FAILED',
      message: `key at ${mount.snapshot.revision} ${message}`,
    })
    expect([rejected.mock.calls.length, config.stale]).toEqual([1, true])
  })
})

/** Copies its input beside something that cannot be looked at. */
const answer = (input: unknown): object => ({ value: { trap: trapped(new URL('x:')), ...(input as object) } })

describe('what cannot be taken at all', () => {
  it('is refused when the environment nests without end', async () => {
    const from: NodeJS.ProcessEnv = {}
    const { mount, edit } = await opened({ 'app.json': '{}' })
    const config = await liveConfig(mount, {
      schema: anything,
      key: 'app.json',
      env: { prefix: 'APP', from },
    })
    config.on('rejected', () => undefined)
    from[`APP_${'A__'.repeat(50_000)}A`] = 'hunter2'
    await edit({ 'app.json': '{"n": 1}' })
    await expect(config.inSync()).rejects.toMatchObject({
      code: 'PARSE_FAILED',
      message: `app.json at ${mount.snapshot.revision} could not be turned into a config`,
    })
  })

  it.each(['at once', 'later'])('is refused when values cannot be compared, answered %s', async (when) => {
    const validate = ((input: unknown) =>
      when === 'later' ? Promise.resolve(answer(input)) : answer(input)) as () => never
    const { mount, edit } = await opened({ 'app.json': '{"n": 0}' })
    const schema = { '~standard': { version: 1, vendor: 'hand', validate } } as const
    const config = await liveConfig(mount, { schema, key: 'app.json' })
    config.on('rejected', () => undefined)
    const good = config.revision
    await edit({ 'app.json': '{"n": 1}' })
    await expect(config.inSync()).rejects.toMatchObject({ code: 'PARSE_FAILED' })
    expect([config.stale, config.revision, config.current]).toEqual([
      true,
      good,
      expect.objectContaining({ n: 0 }),
    ])
  })

  it.each([
    ['a circle', circle()],
    ['too deep', deep(101)],
  ])('is an option when it is a default: %s', async (_what, defaults) => {
    const { mount } = await opened({ 'app.json': '{}' })
    await expect(liveConfig(mount, { schema: anything, key: 'app.json', defaults })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining('defaults'),
    })
  })
})
