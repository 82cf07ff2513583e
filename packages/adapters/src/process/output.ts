import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Bytes kept of an output: its end. */
const tailBytes = 8192
/** Bytes that may wait on disk before they are thrown away. */
const mostBytes = 4 * 1024 * 1024
const trimEveryMs = 100

/** A place for the output of a command. */
export interface Output {
  /** For `stdio`; `ignore` where no file can be written. */
  readonly stdio: number | 'ignore'
  /** The end of what was written, from the beginning of a line. */
  tail(): string
  close(): void
}

// Node's 'pipe' is a socket pair: a program that opens /dev/stderr by name (nginx, httpd, php-fpm) gets ENXIO.
// A file works, without a name it leaves nothing behind, and O_APPEND keeps writers from overwriting each other.
const openNameless = (): number | undefined => {
  const { O_RDWR, O_APPEND, O_CREAT, O_EXCL } = constants
  // Not imported: what sends a signal never comes here. docs/adr/0009-few-files.md
  const { randomBytes } = process.getBuiltinModule('node:crypto')
  for (const directory of [tmpdir(), '/dev/shm']) {
    const path = join(directory, `hotmount-${randomBytes(8).toString('hex')}`)
    try {
      const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL, 0o600)
      unlinkSync(path)
      return fd
    } catch {
      // A read-only root file system: try the next one.
    }
  }
  return undefined
}

const readTail = (fd: number): string => {
  const { size } = fstatSync(fd)
  const start = Math.max(0, size - tailBytes)
  const buffer = Buffer.alloc(tailBytes)
  const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, tailBytes, start))
  // A line cut in half may begin in the middle of a secret, which could then not be recognised.
  return start === 0 ? text : text.slice(text.indexOf('\n') + 1 || text.length)
}

/**
 * Opens a place for output that needs no reader and holds at most a few megabytes, until it is closed. A process that
 * goes on writing after that (a command's own background process) fills a file without a name until it ends.
 */
export const openOutput = (): Output => {
  const fd = openNameless()
  if (fd === undefined) return { stdio: 'ignore', tail: () => '', close: () => undefined }
  let wasTrimmed = false
  const trim = setInterval(() => {
    if (fstatSync(fd).size <= mostBytes) return
    ftruncateSync(fd, 0)
    wasTrimmed = true
  }, trimEveryMs)
  trim.unref()
  return {
    stdio: fd,
    tail: () => {
      const text = readTail(fd)
      return wasTrimmed ? text.slice(text.indexOf('\n') + 1 || text.length) : text
    },
    close: () => {
      clearInterval(trim)
      closeSync(fd)
    },
  }
}
