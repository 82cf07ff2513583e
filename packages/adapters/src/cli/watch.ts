import { type Change, type Mount, type MountError, UsageError, watchConfigMap } from '@hotmount/core'
import { type Args, directoryOf, readArgs } from './args.js'
import { exitCodes, interruptedCode } from './exit-codes.js'
import type { Io } from './io.js'
import { jsonLine, timeOfDay } from './log.js'
import { keysOf, type MountFlag, watchingOf } from './mount-flags.js'
import { optionsOf } from './plan/mounts.js'
import type { Say } from './plan/say.js'
import { watchFlags } from './watch-page.js'
import { type Paint, paintFor, showName } from './paint.js'

const listed = ({ added, changed, removed }: Change, paint: Paint): string =>
  [
    ...added.map((key) => paint('green', `+${showName(key)}`)),
    ...changed.map((key) => paint('yellow', `~${showName(key)}`)),
    ...removed.map((key) => paint('red', `-${showName(key)}`)),
  ].join(' ')

/** What is printed of what happens, as text or as JSON. */
interface Printer {
  change(change: Change): void
  trouble(event: 'trouble' | 'recovered', error: MountError): void
}

const printerFor = ({ stdout, env, now }: Io, asJson: boolean): Printer => {
  const paint = paintFor(stdout, env)
  if (asJson)
    return {
      change: ({ snapshot: { revision, digest }, added, changed, removed }) =>
        stdout.write(
          jsonLine({ time: now().toISOString(), event: 'change', revision, digest, added, changed, removed }),
        ),
      trouble: (event, { code, path, message, hint }) =>
        stdout.write(jsonLine({ time: now().toISOString(), event, code, mount: path, error: message, hint })),
    }
  const line = (text: string): void => stdout.write(`${paint('dim', timeOfDay(now()))} ${text}\n`)
  return {
    change: (change) => line(`${change.snapshot.revision} ${listed(change, paint)}`.trimEnd()),
    trouble: (event, { message, hint }) => {
      if (event === 'recovered') line(`${paint('green', 'recovered:')} ${message}`)
      else line(`${paint('red', 'trouble:')} ${message}${hint === undefined ? '' : ` → ${hint}`}`)
    },
  }
}

const countOf = (args: Args<'count'>): number => {
  const text = args.one('count')
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new UsageError('BAD_OPTION', `--count: ${JSON.stringify(text)} is not a number of changes`, {
    hint: 'write 1 or more',
  })
}

/** Prints until `count` changes were printed, or the signal aborts. Resolves with how many are missing. */
const printChanges = (mount: Mount, count: number, print: Printer, signal: AbortSignal): Promise<number> =>
  new Promise((resolve) => {
    let left = count
    const end = (): void => resolve(left)
    mount.on('change', (change) => {
      if (left <= 0) return
      left -= 1
      print.change(change)
      if (left === 0) end()
    })
    mount.on('error', (error) => print.trouble('trouble', error))
    mount.on('recovered', (error) => print.trouble('recovered', error))
    mount.on('close', end)
    if (left <= 0 || signal.aborted) end()
    signal.addEventListener('abort', end, { once: true })
  })

type WatchFlag = MountFlag | 'json' | 'initial' | 'count'

const refuse: Say = (path, message, hint) => {
  const flag = path.at(-1) === 'polling' ? '--poll' : `--${String(path.at(-1))}`
  throw new UsageError('BAD_OPTION', `${flag}: ${message}`, { hint })
}

/** `hotmount watch`. @throws UsageError, MountError */
export const watch = async (argv: readonly string[], io: Io): Promise<number> => {
  const args: Args<WatchFlag> = readArgs(argv, watchFlags, { env: io.env })
  const path = directoryOf(args, 'watch')
  const count = countOf(args)
  const print = printerFor(io, args.has('json'))
  const keys = keysOf(args.one('keys'))
  const mount = await watchConfigMap(path, {
    ...optionsOf({ ...watchingOf(args), ...(keys && { keys }) }, [], refuse),
    signal: io.signal,
  })
  try {
    let left = count
    if (args.has('initial')) {
      const first = await mount.changes({ initial: true }).next()
      if (first.done !== true) print.change(first.value)
      left -= 1
    }
    const missing = await printChanges(mount, left, print, io.signal)
    return Number.isFinite(missing) && missing > 0 ? interruptedCode(io.signal.reason) : exitCodes.ok
  } finally {
    await mount.close()
  }
}
