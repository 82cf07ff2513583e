import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { Entry } from './snapshot.js'

/** How many bytes may still be read. */
export interface Budget {
  left: number
}

// Every key passes through here: one that has not changed costs no memory, a changed one a copy of its own size.
const scratch = Buffer.allocUnsafeSlow(64 * 1024)

const spend = (budget: Budget, bytes: number): void => {
  budget.left -= bytes
  if (budget.left < 0) throw new RangeError('too large')
}

/** Fills the buffer from `filled` on; less than full is the end of the file. */
const fill = (fd: number, buffer: Buffer, filled = 0): number => {
  while (filled < buffer.length) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, null)
    if (count === 0) break
    filled += count
  }
  return filled
}

const readOpen = (fd: number, known: Entry | undefined, budget: Budget, isExact: boolean): Entry => {
  const count = isExact ? readSync(fd, scratch, 0, scratch.length, null) : fill(fd, scratch)
  if (count < scratch.length) {
    spend(budget, count)
    if (known?.holds(scratch, count) === true) return known
    const copy = Buffer.allocUnsafe(count)
    scratch.copy(copy, 0, 0, count)
    return new Entry(copy)
  }
  const { size } = fstatSync(fd)
  spend(budget, Math.max(size, count))
  const bytes = Buffer.allocUnsafe(Math.max(size, count))
  scratch.copy(bytes)
  const entry = new Entry(bytes.subarray(0, fill(fd, bytes, count)))
  return known?.equals(entry) === true ? known : entry
}

/** How the files of a mount can be read. */
export interface Manner {
  /** Listed as regular files: they need not be asked again. */
  readonly isListed: boolean
  /** A short read is the end of the file, as everywhere but on FUSE, 9p and their like. */
  readonly isExact: boolean
}

/**
 * The bytes of a file, as `known` where they are the same; undefined for what is no regular file.
 * O_NONBLOCK: a FIFO would hang the process.
 *
 * @throws RangeError when the budget is spent, and what the system says
 */
export const readEntry = (
  path: string,
  known: Entry | undefined,
  budget: Budget,
  { isListed, isExact }: Manner,
): Entry | undefined => {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    return isListed || fstatSync(fd).isFile() ? readOpen(fd, known, budget, isExact) : undefined
  } finally {
    closeSync(fd)
  }
}
