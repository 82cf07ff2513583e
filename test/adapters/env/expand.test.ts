import { expect, it } from 'vitest'
import { expandAll } from '../../../packages/adapters/src/env/expand.js'

it('looks once at a value that cannot be expanded, however many refer to it', () => {
  const values = new Map([['A', '${BEFORE}${'.concat('A:-')]])
  for (let at = 0; at < 100; at += 1) values.set(`B${at}`, '${A}')
  let looks = 0
  const faults: string[] = []
  const outside = (name: string): string => {
    if (name === 'BEFORE') looks += 1
    return ''
  }
  expandAll(values, outside, (name, fault) => faults.push(`${name} ${fault}`))
  expect(faults).toHaveLength(101)
  expect(faults.slice(0, 2)).toEqual(['A unclosed', 'B0 unclosed'])
  expect(looks).toBe(1)
})

it('tells of the same faults in whatever order names come', () => {
  const pairs = [
    ['A', '${B}'],
    ['B', '${C}'],
    ['C', '${A}'],
    ['D', '${A}'],
    ['E', 'fine'],
  ] as const
  for (const order of [pairs, pairs.toReversed()]) {
    const faults = new Map<string, string>()
    const done = expandAll(
      new Map(order),
      () => undefined,
      (name, fault) => faults.set(name, fault),
    )
    expect([...faults.keys()].toSorted()).toEqual(['A', 'B', 'C', 'D'])
    expect([...new Set(faults.values())]).toEqual(['circle'])
    expect(done.get('E')).toBe('fine')
  }
})
