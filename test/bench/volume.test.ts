import { watch } from 'node:fs'
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simulateMount } from '@hotmount/core/testing'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Volume } from '../../bench/src/volume.js'

const scratch = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'hotmount-volume-'))
  onTestFinished(async () => rm(directory, { recursive: true, force: true }))
  return directory
}

const data = (values: Readonly<Record<string, string>>): ReadonlyMap<string, Uint8Array> =>
  new Map(Object.entries(values).map(([key, text]) => [key, Buffer.from(text)]))

/** Names in the order in which events name them, revisions without their number. */
const eventsOf = async (path: string, swap: () => Promise<unknown>): Promise<readonly string[]> => {
  const names: string[] = []
  const watching = watch(path, (_event, name) => names.push((name ?? '').replace(/^\.\.\d.*/, '..revision')))
  onTestFinished(() => watching.close())
  await swap()
  // The old revision goes last.
  await vi.waitFor(() => expect(names.filter((name) => name === '..revision')).toHaveLength(3))
  return names
}

it('is written in the order of the kubelet: the same events as from the test kit, key by key', async () => {
  const before = { app: '1', old: '1' }
  const after = { app: '2', new: '2' }
  const kit = await simulateMount(before)
  onTestFinished(async () => kit[Symbol.asyncDispose]())
  const volume = new Volume(join(await scratch(), 'volume'))
  volume.swap(data(before))
  const expected = await eventsOf(kit.path, async () => kit.swap(after))
  const events = await eventsOf(volume.path, async () => volume.swap(data(after)))
  expect(events).toEqual(expected)
  expect(events).toContain('..data')
})

it('holds the new keys and nothing else', async () => {
  const volume = new Volume(join(await scratch(), 'volume'))
  volume.swap(data({ app: '1', old: '1' }))
  volume.swap(data({ app: '2', new: '2' }))
  const revision = await readlink(join(volume.path, '..data'))
  expect((await readdir(volume.path)).toSorted()).toEqual([revision, '..data', 'app', 'new'].toSorted())
  expect((await readdir(join(volume.path, revision))).toSorted()).toEqual(['app', 'new'])
  expect(await readFile(join(volume.path, 'app'), 'utf8')).toBe('2')
})
