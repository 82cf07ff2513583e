import { systemClock } from '@hotmount/core'
import { isAlive } from './proc.js'
import { hasProcfs, listProcesses } from './procfs.js'

const pollMs = 20
/** How long the kernel may take to end what was killed, in milliseconds. */
const killMs = 1000

/** Sends a signal to a whole process group; false when it has no member any more. */
export const signalGroup = (pgid: number, name: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(-pgid, name)
  } catch {
    return false
  }
}

/** Whether a process group has a living member. */
export const hasMembers = (pgid: number): boolean => {
  // kill(2) also finds zombies, and as pid 1 we would wait for ever for orphans that nobody reaps.
  if (hasProcfs()) return listProcesses((stat) => stat.pgid === pgid && isAlive(stat)).length > 0
  return signalGroup(pgid, 0)
}

const emptied = async (pgid: number, withinMs: number): Promise<boolean> => {
  const until = systemClock.now() + withinMs
  while (hasMembers(pgid)) {
    if (systemClock.now() >= until) return false
    await systemClock.sleep(pollMs)
  }
  return true
}

/** Ends what is left of a process group: a signal to all of it, and KILL to those still there after the grace. */
export const endGroup = async (pgid: number, name: NodeJS.Signals, graceMs: number): Promise<void> => {
  if (!hasMembers(pgid)) return
  signalGroup(pgid, name)
  if (await emptied(pgid, graceMs)) return
  signalGroup(pgid, 'SIGKILL')
  await emptied(pgid, killMs)
}
