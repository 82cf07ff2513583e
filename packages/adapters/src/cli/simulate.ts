import { MountError, UsageError } from '@hotmount/core'
import { type Args, readArgs } from './args.js'
import { complaintOf } from './complaint.js'
import { exitCodes } from './exit-codes.js'
import type { Io } from './io.js'
import { jsonLine, timeOfDay } from './log.js'
import { mark, refuseForeign } from './manifest/own-directory.js'
import { type Keys, project, type SimulatedMount } from './manifest/projected.js'
import { openSource, type Source } from './manifest/source.js'
import { type Paint, paintFor, showName } from './paint.js'
import { simulateFlags } from './simulate-page.js'
import { errnoOf } from '../process/errno.js'

type SimulateFlag = 'name' | 'once' | 'json'

const pathsOf = ({ positionals, command }: Args<SimulateFlag>): readonly [string, string] => {
  const [manifest, directory, ...more] = [...positionals, ...(command ?? [])]
  if (manifest !== undefined && directory !== undefined && more.length === 0) return [manifest, directory]
  const what = more.length > 0 ? 'there are more than two words' : 'a manifest and a directory are needed'
  throw new UsageError('BAD_OPTION', what, { hint: 'write: hotmount simulate configmap.yaml /tmp/conf.d' })
}

/** Names of keys that differ. */
interface Difference {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

const difference = (before: Keys, after: Keys): Difference => ({
  added: Object.keys(after).filter((key) => before[key] === undefined),
  changed: Object.keys(after).filter((key) => {
    const [old, now] = [before[key], after[key]]
    return old !== undefined && now !== undefined && Buffer.compare(old, now) !== 0
  }),
  removed: Object.keys(before).filter((key) => after[key] === undefined),
})

const listed = ({ added, changed, removed }: Difference, paint: Paint): string =>
  [
    ...added.map((key) => paint('green', `+${showName(key)}`)),
    ...changed.map((key) => paint('yellow', `~${showName(key)}`)),
    ...removed.map((key) => paint('red', `-${showName(key)}`)),
  ].join(' ')

/** What is told of each swap, and of a manifest that is refused. */
interface Printer {
  swapped(revision: string, difference: Difference): void
  refused(error: unknown): void
}

const printerFor = ({ stdout, env, now }: Io, asJson: boolean): Printer => {
  const paint = paintFor(stdout, env)
  if (asJson)
    return {
      swapped: (revision, names) =>
        stdout.write(jsonLine({ time: now().toISOString(), event: 'swap', revision, ...names })),
      refused: (thrown) => {
        const { code, message, hint } = complaintOf(thrown)
        stdout.write(jsonLine({ time: now().toISOString(), event: 'refused', code, error: message, hint }))
      },
    }
  const line = (text: string): void => stdout.write(`${paint('dim', timeOfDay(now()))} ${text}\n`)
  return {
    swapped: (revision, names) => line(`${revision} ${listed(names, paint)}`.trimEnd()),
    refused: (thrown) => {
      const { message, hint } = complaintOf(thrown)
      line(`${paint('red', 'refused:')} ${message}${hint === undefined ? '' : ` → ${hint}`}`)
    },
  }
}

/** Projects for the first time. @throws UsageError, MountError */
const begin = async (keys: Keys, directory: string): Promise<SimulatedMount> => {
  try {
    return await project(keys, directory)
  } catch (thrown) {
    const code = errnoOf(thrown)
    if (/^E[A-Z]+$/.test(code))
      throw new MountError('MOUNT_UNREADABLE', directory, `${directory} cannot be written (${code})`)
    throw new UsageError('BAD_OPTION', thrown instanceof Error ? thrown.message : 'the keys are refused')
  }
}

/** Keeps the directory in step with its source until we are told to end. */
const follow = async (
  changes: AsyncIterable<unknown>,
  source: Source,
  volume: SimulatedMount,
  first: Keys,
  print: Printer,
): Promise<void> => {
  let last = first
  for await (const _ of changes) {
    try {
      const keys = source.read()
      const revision = await volume.swap(keys)
      if (revision !== undefined) print.swapped(revision, difference(last, keys))
      last = keys
    } catch (error) {
      print.refused(error)
    }
  }
}

/** `hotmount simulate`. @throws UsageError, MountError: then nothing was written */
export const simulate = async (argv: readonly string[], io: Io): Promise<number> => {
  const args: Args<SimulateFlag> = readArgs(argv, simulateFlags, { env: io.env })
  const [manifest, directory] = pathsOf(args)
  const print = printerFor(io, args.has('json'))
  await refuseForeign(directory, manifest, io.pid)
  await using source = await openSource(manifest, args.one('name'), io.signal)
  source.mount.on('error', (error) => print.refused(error))
  // Asked for before the first look: what changes from here on is told.
  const changes = source.mount.changes({ signal: io.signal })
  const keys = source.read()
  const volume = await begin(keys, directory)
  const release = await mark(volume.path, io.pid)
  try {
    const published = await volume.published()
    print.swapped(published?.revision ?? '', difference({}, keys))
    if (!args.has('once')) await follow(changes, source, volume, keys, print)
    return exitCodes.ok
  } catch (thrown) {
    if (io.signal.aborted) return exitCodes.ok
    throw thrown
  } finally {
    await release()
  }
}
