import { chain, type Reaction, reload } from '@hotmount/core'
import { expect, test } from 'vitest'
import { mounted } from '../../support/mounted.js'
import { reactTo } from '../../support/react-to.js'

let late: (evidence: string) => void = () => undefined

/** Members that compare values, each with what it runs; `fails` names those that are broken now. */
const byValue = (
  runs: Map<string, string>,
  fails: ReadonlySet<string>,
  name: string,
  key = 'a',
): Reaction => {
  const take = (value: string): void => {
    if (fails.has(`${name} never ${value}`)) throw new Error('away')
    runs.set(name, value)
    if (fails.has(`${name} ${value}`)) throw new Error('half done')
  }
  return {
    name,
    wants: ({ snapshot, previous }) => snapshot.text(key) !== previous.text(key),
    apply: ({ snapshot }) => take(snapshot.text(key)),
  }
}

test('what was begun and not proven is applied again, whatever its member makes of the way back', async () => {
  const [runs, fails] = [new Map<string, string>(), new Set(['one 2'])]
  const { loop, volume, mount } = await reactTo(chain(byValue(runs, fails, 'one')), { a: '2', b: '1' })
  expect(runs.get('one')).toBe('2')
  await volume.swap({ a: '1', b: '1' })
  await mount.resync()
  expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
  expect(runs.get('one')).toBe('1')
  // Proven by now: no longer in doubt.
  runs.clear()
  await volume.swap({ a: '1', b: '2' })
  await mount.resync()
  await loop.inSync()
  expect(runs.size).toBe(0)
})

test('a way back also takes members along that an earlier revision left in doubt', async () => {
  const [runs, fails] = [new Map<string, string>(), new Set(['two 2', 'two never 1', 'one 3'])]
  const undoable: Reaction = { name: 'undoable', apply: () => undefined, rollback: () => undefined }
  const members = chain(undoable, byValue(runs, fails, 'one'), byValue(runs, fails, 'two'))
  const { outcome, loop, volume, mount } = await reactTo(members, { a: '2', b: '1' })
  expect(outcome).toBe('failed')
  fails.delete('two never 1')
  // Fails before `two` is begun.
  await volume.swap({ a: '3', b: '1' })
  await mount.resync()
  await expect.poll(() => loop.status.lastReport?.outcome).toBe('rolledBack')
  expect([runs.get('one'), runs.get('two')]).toEqual(['1', '1'])
})

test('a way back takes what is in doubt within a chain along, whatever it makes of the way back', async () => {
  const [runs, fails] = [new Map<string, string>(), new Set(['a 2', 'a never 1', 'b 3'])]
  const undoable: Reaction = { name: 'undoable', apply: () => undefined, rollback: () => undefined }
  const inner = chain(byValue(runs, fails, 'b', 'b'), byValue(runs, fails, 'a'))
  const { outcome, loop, volume, mount } = await reactTo(chain(undoable, inner), { a: '2', b: '1' })
  expect(outcome).toBe('failed')
  fails.delete('a never 1')
  // Fails before `a` is begun, which is as it was proven.
  await volume.swap({ a: '1', b: '3' })
  await mount.resync()
  await expect.poll(() => loop.status.lastReport?.outcome).toBe('rolledBack')
  expect([runs.get('a'), runs.get('b')]).toEqual(['1', '1'])
})

test('what a chain within a chain has proven stays in doubt while a later member fails', async () => {
  const [runs, fails] = [new Map<string, string>(), new Set(['two 2'])]
  const both = chain(chain(byValue(runs, fails, 'one')), byValue(runs, fails, 'two'))
  const { outcome, loop, volume, mount } = await reactTo(both, { a: '2', b: '1' })
  expect([outcome, runs.get('one')]).toEqual(['failed', '2'])
  await volume.swap({ a: '1', b: '1' })
  await mount.resync()
  expect(await loop.inSync()).toMatchObject({ outcome: 'applied' })
  expect([runs.get('one'), runs.get('two')]).toEqual(['1', '1'])
})

test('what a first apply has begun stays in doubt while other revisions come', async () => {
  const runs = new Map<string, string>()
  let isBroken = true
  const keep: Reaction = {
    name: 'keep',
    wants: ({ snapshot, previous }) => snapshot.has('b') !== previous.has('b'),
    apply: ({ snapshot }) => {
      for (const key of ['a', 'b']) if (snapshot.has(key)) runs.set(key, snapshot.text(key))
      if (!snapshot.has('b')) runs.delete('b')
      if (isBroken) throw new Error('half done')
    },
  }
  const { volume, mount } = await mounted({ a: '1', b: '1' })
  const loop = reload(mount, chain(keep), { initial: true, retry: false })
  await expect.poll(() => loop.status.state).toBe('dirty')
  isBroken = false
  await volume.swap({ a: '1' })
  await mount.resync()
  await loop.inSync()
  expect([...runs.keys()]).toEqual(['a'])
})

test('a proof that comes after its time leaves its members in doubt', async () => {
  const runs = new Map<string, string>()
  const member = byValue(runs, new Set(), 'one')
  const proof = new Promise<string>((resolve) => {
    late = resolve
  })
  const { outcome, loop, volume, mount } = await reactTo(
    chain({ ...member, verify: () => proof }),
    { a: '2', b: '1' },
    { timeout: 50 },
  )
  expect(outcome).toBe('failed')
  late('too late')
  await volume.swap({ a: '1', b: '1' })
  await mount.resync()
  await loop.inSync()
  expect(runs.get('one')).toBe('1')
})
