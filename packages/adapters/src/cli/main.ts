import { InvalidConfigError, MountError, ReactionError, UsageError } from '@hotmount/core'
import { dropins } from '../dropins/dropins.js'
import { splitAtDashes } from './args.js'
import { allPages, type Command, commands } from './commands.js'
import { complaintOf } from './complaint.js'
import { strays } from './env.js'
import { exitCodes, interruptedCode } from './exit-codes.js'
import type { Io } from './io.js'
import { logLine, openLog } from './log.js'
import { didYouMean } from './nearest.js'
import { type Paint, paintFor } from './paint.js'
import { version } from './version.js'

const known: Readonly<Record<string, Command>> = { ...commands, ...dropins }

const commandNamed = (name: string): Command => {
  const command = Object.hasOwn(known, name) ? known[name] : undefined
  if (command) return command
  const names = Object.keys(known)
  // A mistyped flag of another program may carry a URL with a password.
  const shown = name.startsWith('-') ? name.replace(/=.*$/s, '') : name
  const order = name.startsWith('-') ? 'a command comes first, as in: hotmount run --config FILE; ' : ''
  throw new UsageError(
    'BAD_OPTION',
    `there is no command ${JSON.stringify(shown)}${didYouMean(shown, names)}`,
    { hint: `${order}there are: ${names.join(', ')}` },
  )
}

const isHelp = (word: string): boolean => ['help', '--help', '-h'].includes(word)

const dispatch = async (argv: readonly string[], io: Io): Promise<number> => {
  const paint = paintFor(io.stdout, io.env)
  const show = (text: string): number => {
    io.stdout.write(text)
    return exitCodes.ok
  }
  const [name, ...rest] = argv
  if (name === undefined || name.startsWith('-')) {
    const { startImplied } = await import('../dropins/detect.js')
    const ended = await startImplied(argv, io)
    if (ended !== undefined) return ended
  }
  const [ours] = splitAtDashes(rest)
  if (name === undefined)
    throw new UsageError('BAD_OPTION', 'no command is named', {
      hint: `there are: ${Object.keys(commands).join(', ')}`,
    })
  if (isHelp(name)) {
    const topic = name === 'help' ? (rest.find((word) => word !== '--all') ?? name) : name
    return show(await helpOn(isHelp(topic) ? undefined : topic, ours.includes('--all'), paint))
  }
  if (name === '--version' || name === '-V') return show(`${version()}\n`)
  const command = commandNamed(name)
  if (ours.includes('--help') || ours.includes('-h'))
    return show(await helpOn(name, ours.includes('--all'), paint))
  if (Object.keys(io.env).some((variable) => variable.startsWith('HOTMOUNT_'))) await warnOfStrays(io)
  const start = await command.start()
  return start(rest, io)
}

/** The help of a command, or of all of them. @throws UsageError */
const helpOn = async (name: string | undefined, isWhole: boolean, paint: Paint): Promise<string> => {
  const { renderOverview, renderPage, renderWhole } = await import('./help.js')
  if (name === undefined) return renderOverview(await allPages(), Object.keys(dropins), paint)
  const page = await commandNamed(name).page()
  return isWhole ? renderWhole(page, paint) : renderPage(page, paint)
}

const doesLog = (name = ''): boolean => Object.hasOwn(known, name) && known[name]?.logs === true

/** A variable that was mistyped would otherwise be silent. */
const warnOfStrays = async (io: Io): Promise<void> => {
  const { flagsOf } = await import('./help.js')
  const flags = [...new Set((await allPages()).flatMap((page) => Object.keys(flagsOf(page))))]
  for (const { name, meant } of strays(Object.keys(io.env), flags))
    openLog(
      io,
      false,
    )({
      level: 'warn',
      msg: 'unknown variable',
      text: `no flag reads the variable ${name}; did you mean ${meant}?`,
      fields: { variable: name, meant },
    })
}

const complain = (thrown: unknown, argv: readonly string[], io: Io): void => {
  const { code, message, hint } = complaintOf(thrown)
  const [ours] = splitAtDashes(argv)
  const isUsage = thrown instanceof UsageError
  // Who reads log lines of a running wrapper reads this one too; a mistyped command line is for people.
  if (!isUsage && (ours.includes('--json') || (doesLog(argv[0]) && !io.stderr.isTTY))) {
    const fields = { code, error: message }
    io.stderr.write(logLine({ level: 'error', msg: 'hotmount ends', hint, fields }, io.now()))
    return
  }
  const paint = paintFor(io.stderr, io.env)
  io.stderr.write(`${paint('red', 'hotmount:')} ${message}\n`)
  if (hint !== undefined) io.stderr.write(`  → ${hint}\n`)
  const [name = ''] = argv
  const help = Object.hasOwn(known, name) ? `hotmount ${name} --help` : 'hotmount --help'
  if (isUsage) io.stderr.write(`  See: ${help}\n`)
}

const codeOf = (thrown: unknown): number => {
  if (thrown instanceof UsageError) return exitCodes.usage
  if (thrown instanceof MountError) return exitCodes.mount
  if (thrown instanceof InvalidConfigError) return exitCodes.rejected
  if (!(thrown instanceof ReactionError)) return exitCodes.internal
  // Before a loop: the first config is refused, or what it is taken from or written to cannot be used.
  return thrown.code === 'CHECK_FAILED' ? exitCodes.rejected : exitCodes.mount
}

/**
 * The `hotmount` command without a process around it: arguments in (without node and the script), exit code out.
 * What it says goes to `io`; it ends when `io.signal` aborts. Wrapping a child (`run`) does install signal handlers
 * for as long as the child runs. Never rejects.
 *
 * @example
 * const code = await main(['inspect', '/etc/config'], io) // 0
 */
export const main = async (argv: readonly string[], io: Io): Promise<number> => {
  try {
    return await dispatch(argv, io)
  } catch (thrown) {
    if (io.signal.aborted) return interruptedCode(io.signal.reason)
    complain(thrown, argv, io)
    return codeOf(thrown)
  }
}
