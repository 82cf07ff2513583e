import { accessSync, constants, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// Secrets are in memory too. A disk makes the writer wait, most of the time of a run, and no reader sees it.
const memory = '/dev/shm'

const isWritable = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** Where volumes are made: in memory where that is possible. */
export const base: string = isWritable(memory) ? memory : tmpdir()

/** A directory of its own for one run. */
export const makePlace = (): string => mkdtempSync(join(base, 'hotmount-bench-'))
