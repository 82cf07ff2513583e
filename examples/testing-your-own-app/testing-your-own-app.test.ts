import { type Mount, watchConfigMap } from '@hotmount/core'
import { simulateMount, type SimulatedMount } from '@hotmount/core/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { featureFlags } from './feature-flags.js'

let volume: SimulatedMount
let mount: Mount

beforeEach(async () => {
  volume = await simulateMount({ 'flags.yaml': 'flags: { search: false }' })
  mount = await watchConfigMap(volume.path)
})

afterEach(async () => {
  await mount.close()
  await volume[Symbol.asyncDispose]()
})

it('turns a flag on in the running app', async () => {
  const flags = await featureFlags(mount)
  expect(flags.isOn('search')).toBe(false)
  await volume.swap({ 'flags.yaml': 'flags: { search: true }' })
  await expect.poll(() => flags.isOn('search')).toBe(true)
})

it('keeps the flags it has when an edit is bad', async () => {
  const flags = await featureFlags(mount)
  await volume.swap({ 'flags.yaml': 'flags: { search: maybe }' })
  await expect.poll(() => flags.isStale).toBe(true)
  expect(flags.isOn('search')).toBe(false)
  await expect(flags.inSync()).rejects.toMatchObject({ code: 'SCHEMA_FAILED', key: 'flags.yaml' })
})

it('sees nothing of a new revision before it is published', async () => {
  const flags = await featureFlags(mount)
  for await (const step of volume.steps({ 'flags.yaml': 'flags: { search: true }' })) {
    await mount.resync()
    expect(flags.isOn('search')).toBe(step !== 'write')
  }
})

it('survives a kubelet that crashes in the middle of a write', async () => {
  const flags = await featureFlags(mount)
  for await (const step of volume.steps({ 'flags.yaml': 'flags: { search: true }' })) {
    if (step === 'write') break
  }
  await mount.resync()
  expect(flags.isOn('search')).toBe(false)
  await volume.swap({ 'flags.yaml': 'flags: { search: true }' })
  await expect.poll(() => flags.isOn('search')).toBe(true)
})
