import { chain, onKeys, type Reaction, reload } from '@hotmount/core'
import { expect, test } from 'vitest'
import { reactTo } from '../../support/react-to.js'

/** A reaction that logs its stages under a name, and fails where told to. */
const named = (name: string, log: string[], fails?: () => string | undefined): Reaction<string> => {
  const say = (stage: string): void => {
    log.push(`${name} ${stage}`)
    if (fails?.() === stage) throw new Error(stage)
  }
  return {
    name,
    check: () => say('check'),
    apply: () => {
      say('apply')
      return name
    },
    verify: (receipt) => {
      say('verify')
      return `${receipt} is up`
    },
  }
}

test('all are checked first; each is proven before the next is applied', async () => {
  const log: string[] = []
  const { outcome, loop } = await reactTo(chain(named('one', log), named('two', log)), { a: '2', b: '1' })
  expect(outcome).toBe('applied')
  expect(log).toEqual(['one check', 'two check', 'one apply', 'one verify', 'two apply', 'two verify'])
  expect(loop.status.lastReport).toMatchObject({
    reaction: 'one + two',
    evidence: 'one: one is up; two: two is up',
  })
})

test('a refusal by one is a refusal by all, before anything is applied', async () => {
  const log: string[] = []
  const two = named('two', log, () => 'check')
  const { outcome } = await reactTo(chain(named('one', log), two), { a: '2', b: '1' })
  expect(outcome).toBe('rejected')
  expect(log).toEqual(['one check', 'two check'])
})

test('when one fails, those that can are rolled back in reverse order and proven', async () => {
  const log: string[] = []
  const undoable = (name: string, fails?: () => string | undefined): Reaction<string> => ({
    ...named(name, log, fails),
    rollback: (good) => {
      log.push(`${name} back to ${good.text('a')}`)
      return name
    },
  })
  let isBroken = true
  const three = named('three', log, () => {
    if (!isBroken || log.at(-1) !== 'three apply') return undefined
    isBroken = false
    return 'apply'
  })
  const { outcome } = await reactTo(chain(undoable('one'), undoable('two'), three), { a: '2', b: '1' })
  expect(outcome).toBe('rolledBack')
  expect(log.slice(log.indexOf('three apply') + 1)).toEqual([
    'two back to 1',
    'two verify',
    'one back to 1',
    'one verify',
    // What cannot undo takes what is good.
    'three apply',
    'three verify',
  ])
})

test('members without a rollback take what is good again: nothing stays on the new revision', async () => {
  let runs = '1'
  let isBroken = true
  const plain: Reaction = { name: 'plain', apply: ({ snapshot }) => void (runs = snapshot.text('a')) }
  const undoable: Reaction = {
    name: 'undoable',
    apply: () => {
      if (isBroken) throw new Error('no')
    },
    rollback: () => undefined,
  }
  const { outcome, loop, volume, mount } = await reactTo(chain(plain, undoable), { a: '2', b: '1' })
  expect(outcome).toBe('rolledBack')
  expect(runs).toBe('1')
  isBroken = false
  await volume.swap({ a: '3', b: '1' })
  await mount.resync()
  await loop.inSync()
  expect(runs).toBe('3')
})

test('a member that was not begun is not rolled back', async () => {
  const log: string[] = []
  const undoable = (name: string, fails?: () => string | undefined): Reaction<string> => ({
    ...named(name, log, fails),
    rollback: () => {
      log.push(`${name} back`)
      return name
    },
  })
  let isBroken = true
  const one = undoable('one', () => {
    if (!isBroken || log.at(-1) !== 'one apply') return undefined
    isBroken = false
    return 'apply'
  })
  const unwanted = onKeys(['b'], undoable('unwanted'))
  const { outcome } = await reactTo(chain(unwanted, one, undoable('two')), { a: '2', b: '1' })
  expect(outcome).toBe('rolledBack')
  expect(log.slice(log.indexOf('one apply') + 1)).toEqual(['one back', 'one verify'])
})

test('onKeys routes: only what a change touches is checked and applied', async () => {
  const log: string[] = []
  const routed = chain(onKeys(['a'], named('for a', log)), onKeys([/^b/], named('for b', log)))
  const { outcome } = await reactTo(routed, { a: '1', b: '2' })
  expect(outcome).toBe('applied')
  expect(log).toEqual(['for b check', 'for b apply', 'for b verify'])
})

test('a change that no route wants is reported as unchanged', async () => {
  const log: string[] = []
  const { outcome, loop } = await reactTo(onKeys(['a'], named('for a', log)), { a: '1', b: '2' })
  expect(outcome).toBe('unchanged')
  expect(log).toEqual([])
  expect(loop.status.state).toBe('inSync')
})

test('what failed stays wanted: going back touches its keys although their bytes are the old ones', async () => {
  const log: string[] = []
  let fails: string | undefined = 'verify'
  const { loop, volume, mount } = await reactTo(
    onKeys(
      ['a'],
      named('for a', log, () => fails),
    ),
    { a: '2', b: '1' },
  )
  fails = undefined
  await volume.swap({ a: '1', b: '1' })
  await mount.resync()
  expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
  expect(log.slice(-3)).toEqual(['for a check', 'for a apply', 'for a verify'])
})

const notTyped = (value: unknown): never => value as never

test('what untyped code passes by mistake is refused at once', () => {
  const nothing: Reaction = { name: 'nothing', apply: () => undefined }
  expect(() => chain()).toThrow('chain: needs at least one reaction')
  expect(() => onKeys(notTyped('app.yaml'), nothing)).toThrow('onKeys: the keys are no list')
  expect(() => reload(notTyped('/etc/config'), nothing)).toThrow('reload: this is no mount')
})
