import { inspect } from 'node:util'
import { liveConfig } from '@hotmount/adapters/config'
import { watchConfigMap } from '@hotmount/core'
import { simulateMount } from '@hotmount/core/testing'
import { expect, it, vi } from 'vitest'
import { z } from 'zod'
import { secret } from './row.js'
import { before, leftovers } from './running.js'

const schema = z.object({ version: z.number(), token: z.string() })
const text = (version: number | string): string => `version: ${version}\ntoken: ${secret}\n`

// No reaction, so it has no row in the table; the same is asked of it where it applies.
it('liveConfig ends on the last of many, keeps the old one of a bad one, prints no value and leaves nothing behind', async () => {
  const then = before()
  const volume = await simulateMount({ 'app.yaml': text(1) })
  const mount = await watchConfigMap(volume.path)
  const config = await liveConfig(mount, { schema, key: 'app.yaml' })
  const said: unknown[] = []
  config.on('rejected', (error) => said.push(error))

  for (let version = 2; version <= 6; version++) await volume.swap({ 'app.yaml': text(version) })
  await vi.waitFor(() => expect(config.current.version).toBe(6))
  await volume.swap({ 'app.yaml': text(`"${secret}"`) })
  await vi.waitFor(() => expect(said).toMatchObject([{ code: 'SCHEMA_FAILED' }]))
  expect([config.current.version, config.stale]).toEqual([6, true])
  await volume.swap({ 'app.yaml': text(7) })
  await config.inSync()
  expect([config.current.version, config.stale]).toEqual([7, false])

  const shown = [
    ...[...said, config, mount].map((thing) => inspect(thing, { depth: null })),
    ...[...said, mount].map((thing) => JSON.stringify(thing)),
  ]
  expect(shown.map((each) => each.includes(secret))).not.toContain(true)
  await config.close()
  await mount.close()
  await volume[Symbol.asyncDispose]()
  expect(await leftovers(then)).toEqual([])
})
