import { reload } from '@hotmount/core'
import { stage, type Stage, type Values } from '@hotmount/adapters/stage'
import { expect, it, onTestFinished } from 'vitest'
import { mounted } from '../../support/mounted.js'
import { readingServer, type ReadingServer } from './reading-server.js'
import { emptyInto, proven, shown, staged } from './staged.js'

/** What is staged has another key than what is mounted: nothing that is staged can be rendered again. */
const rendering = (into: string, server?: ReadingServer): Stage =>
  stage({ into, render: { a: (values: Values) => String(values['word']) } }, server?.reaction)

const restarted = async (word: string) => {
  const into = emptyInto()
  const { loop: earlier } = await staged(rendering(into), { word: 'one' })
  await earlier.close()
  const server = readingServer(into)
  const { mount } = await mounted({ word })
  const reaction = rendering(into, server)
  const up = await reaction.bringUp(mount.snapshot)
  const loop = reload(mount, reaction, { applied: up.applied })
  onTestFinished(() => loop.close())
  return { into, server, up, loop }
}

it('a restart finds that what is mounted is rendered already', async () => {
  const { up, loop, server } = await restarted('one')
  expect(up.isLatest).toBe(true)
  expect(await loop.inSync()).toMatchObject({ outcome: 'skipped', reason: 'unchanged' })
  expect(server.reads).toEqual([])
})

it('a restart begins with what was rendered before, and brings the newest', async () => {
  const { into, up, loop, server } = await restarted('two')
  expect(up.applied.text('a')).toBe('one')
  await loop.inSync()
  expect([server.reads, proven(into)]).toEqual([['two'], { a: 'two' }])
})

it('a restart goes back to what was rendered before, whose values nobody has any more', async () => {
  const { into, loop, server } = await restarted('bad')
  await expect.poll(() => loop.status.lastReport?.outcome).toBe('rolledBack')
  expect([server.reads, shown(into), proven(into)]).toEqual([['bad', 'one'], { a: 'one' }, { a: 'one' }])
})
