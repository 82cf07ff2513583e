import { spawnSync } from 'node:child_process'

/** Runs a program to its end and returns what it printed. @throws Error with its output when it fails */
export const run = (file: string, ...args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return stdout
  // Without what is set: the address of a proxy may hold a password.
  const words = args.map((arg) => arg.replace(/=.*/s, '=…')).join(' ')
  throw new Error(`${file} ${words}: ${error?.message ?? `exit ${status}`}\n${stdout}${stderr}`)
}

/** Whether a program ends well. */
export const succeeds = (file: string, ...args: readonly string[]): boolean =>
  spawnSync(file, args, { stdio: 'ignore' }).status === 0
