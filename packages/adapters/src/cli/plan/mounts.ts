import { resolve } from 'node:path'
import type { WatchOptions } from '@hotmount/core'
import type { Config, MountConfig } from '../config/config.js'
import type { Path } from '../config/problem.js'
import { keyPattern, listOf, maybeMs, msOf } from '../config/values.js'
import type { MountPlan } from './plan.js'
import type { Say } from './say.js'

const settleOf = (settle: MountConfig['settle']): WatchOptions['settle'] =>
  typeof settle === 'object' ? { quiet: msOf(settle.quiet), max: msOf(settle.max) } : maybeMs(settle)

/** How one mount is watched. */
export const optionsOf = (mount: Omit<MountConfig, 'path'>, path: Path, say: Say): WatchOptions => {
  const { keys, settle, resync, polling, wait, emptied, maxBytes } = mount
  const settleMs = settleOf(settle)
  const resyncMs = resync === false ? false : maybeMs(resync)
  const [pollMs, waitMs] = [maybeMs(polling), maybeMs(wait)]
  if (resyncMs === 0) say([...path, 'resync'], 'no time between two looks', 'use 1s or more, or false')
  if (pollMs === 0) say([...path, 'polling'], 'no time between two looks', 'use 100ms or more')
  return {
    ...(keys !== undefined && { keys: listOf(keys).map(keyPattern) }),
    ...(settleMs !== undefined && { settle: settleMs }),
    ...(pollMs !== undefined && { polling: pollMs }),
    ...(waitMs !== undefined && { wait: waitMs }),
    ...(resyncMs !== undefined && { resync: resyncMs }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(emptied !== undefined && { emptied }),
  }
}

/** The mounts, ready to be opened. */
export const mountsOf = ({ mounts }: Config, say: Say): readonly MountPlan[] => {
  const entries = Array.isArray(mounts) ? [] : Object.entries(mounts)
  if (entries.length === 0)
    say(['mounts'], 'none is named', 'write NAME: /path, as in web: /etc/nginx/conf.d')
  return entries.map(([name, given]) => {
    const mount: MountConfig = typeof given === 'string' ? { path: given } : given
    const path = ['mounts', name]
    // `+` joins the names of mounts that are looked at as one.
    if (!/^[^/\s*+][^/*+]*$/.test(name) && entries.length > 1)
      say(path, 'it is no name for a mount', 'use letters, digits, dots and dashes: keys are called NAME/KEY')
    const twin = entries.find(([other, one]) => {
      const otherPath = typeof one === 'string' ? one : one.path
      return other !== name && resolve(otherPath) === resolve(mount.path)
    })
    if (twin && twin[0] < name) say(path, `it is the same directory as ${twin[0]}`, 'name it once')
    return { name, path: mount.path, options: optionsOf(mount, path, say) }
  })
}
