import { fstatSync, writeSync } from 'node:fs'
import { errnoOf } from '../process/errno.js'
import type { Output } from './io.js'

/**
 * /dev/null is a character device too; all else need not load node:tty to be none. As `bigint`: after the plain stat of a
 * pipe, Node 20 and 22 resolve no links of modules any more (realpathSync asks the last stat, whatever it was of).
 */
const isTerminal = (fd: number): boolean =>
  fstatSync(fd, { bigint: true }).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd)

/**
 * Standard output or error. `onFailure` is called when nobody reads it any more, or it cannot be written.
 * Writes at once, as Node does to files and pipes too, but without its streams: they are 2 MB of a process.
 */
export const outputTo = (fd: 1 | 2, onFailure: () => void): Output => {
  const isTTY = isTerminal(fd)
  let stream: NodeJS.WritableStream | undefined
  const open = (): NodeJS.WritableStream => {
    stream = fd === 1 ? process.stdout : process.stderr
    return stream.on('error', onFailure)
  }
  if (isTTY) open()
  return {
    isTTY,
    write: (text) => {
      if (stream) {
        stream.write(text)
        return
      }
      let rest = Buffer.from(text)
      try {
        while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest))
      } catch (thrown) {
        // Full, and somebody who shares this pipe wants no write to wait, as every program of Node: from now on, a stream.
        if (errnoOf(thrown) === 'EAGAIN') open().write(rest)
        else onFailure()
      }
    },
  }
}
