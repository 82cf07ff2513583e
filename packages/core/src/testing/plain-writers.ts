import { appendFile, mkdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Writes a key of an ordinary directory in one of the ways programs do. */
export type PlainWriter = (directory: string, key: string, value: string | Uint8Array) => Promise<void>

const write: PlainWriter = async (directory, key, value) => {
  const path = join(directory, key)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, value)
}

const renameOver: PlainWriter = async (directory, key, value) => {
  const path = join(directory, key)
  const next = join(dirname(path), `.${basename(path)}.tmp`)
  await write(dirname(path), basename(next), value)
  await rename(next, path)
}

/** Vim with its defaults: a swap file while it is open, a probe, the old file set aside, the new one written. */
const vimSave: PlainWriter = async (directory, key, value) => {
  const path = join(directory, key)
  const swap = join(dirname(path), `.${basename(path)}.swp`)
  const probe = join(dirname(path), '4913')
  await writeFile(swap, 'swap')
  await writeFile(probe, '')
  await rm(probe)
  await rename(path, `${path}~`)
  await writeFile(path, value)
  await rm(`${path}~`)
  await rm(swap)
}

/** Writers that take `key=value`. */
export const valueWriters: Readonly<Record<string, PlainWriter>> = {
  write,
  append: async (directory, key, value) => appendFile(join(directory, key), value),
  'rename-over': renameOver,
  'vim-save': vimSave,
}

/** Writers that take a key. */
export const keyWriters: Readonly<Record<string, (directory: string, key: string) => Promise<void>>> = {
  truncate: async (directory, key) => truncate(join(directory, key)),
  touch: async (directory, key) => utimes(join(directory, key), new Date(), new Date()),
  'vim-open': async (directory, key) =>
    writeFile(join(directory, dirname(key), `.${basename(key)}.swp`), 'swap'),
  rm: async (directory, key) => rm(join(directory, key), { recursive: true }),
}
