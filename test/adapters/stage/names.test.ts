import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'
import type { Snapshot } from '@hotmount/core'
import { stage } from '@hotmount/adapters/stage'
import { describe, expect, it } from 'vitest'
import { contextOf, snapshotOf } from '../process/changes.js'
import { emptyInto, listing, shown, staged } from './staged.js'

describe('the names in a staging directory', () => {
  it.each(['../up', '..data', '..2026_01_01_00_00_00.1/a', 'a/../../b', '/etc/x', 'a//b', './a', 'a/.', ''])(
    'refuses the key %j',
    async (key) => {
      const into = emptyInto()
      const context = contextOf()
      // A kubelet never writes such names; another reader of mounts might.
      const snapshot: Snapshot = snapshotOf({ [key]: 'swordfish' })
      const error: unknown = await Promise.resolve(stage({ into }).check?.(snapshot, context)).catch((e) => e)
      expect(error).toMatchObject({
        code: 'CHECK_FAILED',
        message: expect.stringContaining('cannot be') as string,
      })
      expect(inspect(error)).not.toContain('swordfish')
      expect(listing(path.dirname(into))).toEqual(['into'])
      expect(listing(into)).toEqual([])
    },
  )

  it('refuses names that are a file and a directory at once', async () => {
    const check = stage({ into: emptyInto() }).check?.(snapshotOf({ a: '1', 'a/b': '2' }), contextOf())
    await expect(check).rejects.toThrow('a cannot be a file and a directory')
  })

  it('refuses options that mean nothing', () => {
    const bad = [
      { keep: -1 },
      { keep: 1.5 },
      { render: { '../x': () => '' } },
      { render: { '..data': () => '' } },
    ]
    for (const options of bad)
      expect(() => stage({ into: '/nowhere', ...options })).toThrow(
        expect.objectContaining({ code: 'BAD_OPTION' }),
      )
  })

  it('are not taken from others, whenever they come', async () => {
    const into = emptyInto()
    const first = await staged(stage({ into }), { a: '1', b: '1' })
    await first.loop.close()
    rmSync(path.join(into, 'a'))
    writeFileSync(path.join(into, 'a'), 'mine')
    const { swap } = await staged(stage({ into }), { b: '2' })
    await swap({ b: '3' })
    expect(readFileSync(path.join(into, 'a'), 'utf8')).toBe('mine')
    expect(shown(into)).toEqual({ b: '3' })
  })
})
