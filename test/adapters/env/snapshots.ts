import { onTestFinished } from 'vitest'
import { type Reaction, type Snapshot, watchConfigMap } from '@hotmount/core'
import { type Data, simulateMount } from '@hotmount/core/testing'
import { contextOf } from '../process/changes.js'

/** One snapshot after the other of a real directory. */
export const snapshots = async (): Promise<(data: Data) => Promise<Snapshot>> => {
  const volume = await simulateMount({ '.first': '' })
  const mount = await watchConfigMap(volume.path, { resync: false })
  onTestFinished(async () => {
    await mount.close()
    await volume[Symbol.asyncDispose]()
  })
  return async (data) => {
    await volume.swap(data)
    return mount.resync()
  }
}

/** Runs the stages of a reaction on a snapshot, as the loop does; returns the evidence. */
export const react = async (reaction: Reaction, snapshot: Snapshot): Promise<unknown> => {
  const change = { snapshot, previous: snapshot, added: [], changed: [], removed: [], touches: () => true }
  const context = contextOf(change)
  await reaction.check?.(snapshot, context)
  return reaction.verify?.(await reaction.apply(change, context), context)
}

/** Goes back to a snapshot as the loop does; returns the evidence. */
export const rollBack = async (reaction: Reaction, good: Snapshot): Promise<unknown> => {
  const change = { snapshot: good, previous: good, added: [], changed: [], removed: [], touches: () => true }
  const context = contextOf(change)
  return reaction.verify?.(await reaction.rollback?.(good, context), context)
}
