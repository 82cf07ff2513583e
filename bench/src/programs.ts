import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Part } from './results.js'

/** What a measurement runs beside Node: the program, and the Debian package that it comes with. */
interface Program {
  readonly name: string
  readonly debian: string
  readonly usedBy: readonly Part[]
}

const programs: readonly Program[] = [
  { name: 'inotifywait', debian: 'inotify-tools', usedBy: ['latency', 'bursts', 'footprint'] },
  { name: 'nginx', debian: 'nginx-light', usedBy: ['storm'] },
]

// A plain user's PATH may lack them, and nginx is there.
const system = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** A PATH with which servers are found too. */
export const wholePath = (path: string | undefined): string =>
  [...(path ?? '').split(delimiter).filter(Boolean), ...system].join(delimiter)

const isInstalled = (name: string, path: string): boolean =>
  path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })

/** What is not there and is needed for these parts, in words; undefined when all is there. */
export const missingFor = (parts: readonly Part[], path: string): string | undefined => {
  const missing = programs.filter(
    ({ name, usedBy }) => usedBy.some((part) => parts.includes(part)) && !isInstalled(name, path),
  )
  if (missing.length === 0) return undefined
  const names = missing.map(({ name, usedBy }) => `${name} (for ${usedBy.join(', ')})`)
  const packages = missing.map(({ debian }) => debian).join(' ')
  return `missing: ${names.join('; ')}. Install it (Debian: ${packages}), or name other parts with --only`
}
