import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UsageError } from '@hotmount/core'
import { errnoOf } from '../../process/errno.js'

/** Says whose a directory is. What begins with two dots is no key. */
const markName = '..simulated'

const bad = (message: string, hint: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return errnoOf(thrown) === 'EPERM'
  }
}

/** Refuses whatever we did not make, and what another of us is writing to. @throws UsageError */
export const refuseForeign = async (directory: string, source: string, pid: number): Promise<void> => {
  const [into, from] = [resolve(directory), resolve(source)]
  if (`${into}/`.startsWith(`${from}/`) || `${from}/`.startsWith(`${into}/`))
    throw bad(`${directory} and ${source} lie in each other`, 'project into a directory of its own')
  let names: readonly string[]
  try {
    names = await readdir(into)
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return
    throw bad(
      `${directory} cannot be used (${errnoOf(thrown)})`,
      'name a directory that is empty, or not there yet',
    )
  }
  if (names.length === 0) return
  const mark = await readFile(join(into, markName), 'utf8').catch(() => undefined)
  if (mark === undefined)
    throw bad(
      `${directory} holds files that simulate did not make`,
      'name a directory that is empty, or not there yet',
    )
  const writer = Number(mark.trim())
  if (writer > 0 && writer !== pid && isAlive(writer))
    throw bad(
      `${directory} is written by process ${writer}`,
      'one directory has one writer: end the other one',
    )
}

/** Marks a directory as ours. Returns what says that nobody writes to it any more. */
export const mark = async (directory: string, pid: number): Promise<() => Promise<void>> => {
  const file = join(directory, markName)
  await writeFile(file, `${pid}\n`)
  return () => writeFile(file, '0\n').catch(() => undefined)
}
