import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

// nginx and haproxy are in sbin, which a plain user's PATH may lack.
const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin']

/** The path of a program, or undefined when it is not installed. */
export const installed = (name: string): string | undefined =>
  directories
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** A suite that needs a real server. Without it, its tests are skipped under a name that tells what to install. */
export const describeWith = (server: string, name: string, tests: () => void): void => {
  describe.skipIf(installed(server) === undefined)(`${name} [needs ${server}]`, () => {
    tests()
  })
}
