import { InvalidConfigError, MountError, UsageError } from '@hotmount/core'
import { splitAtDashes } from './args.js'
import { type Command, commands } from './commands.js'
import { complaintOf } from './complaint.js'
import { strays } from './env.js'
import { exitCodes, interruptedCode } from './exit-codes.js'
import { flagsOf, renderOverview, renderPage, renderWhole } from './help.js'
import type { Io } from './io.js'
import { jsonLine, openLog } from './log.js'
import { didYouMean } from './nearest.js'
import { paintFor } from './paint.js'
import { version } from './version.js'

const commandNamed = (name: string): Command => {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command) return command
  const names = Object.keys(commands)
  throw new UsageError(
    'BAD_OPTION',
    `there is no command ${JSON.stringify(name)}${didYouMean(name, names)}`,
    {
      hint: `there are: ${names.join(', ')}`,
    },
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
  const [ours] = splitAtDashes(rest)
  const pages = Object.values(commands).map(({ page }) => page)
  if (name === undefined)
    throw new UsageError('BAD_OPTION', 'no command is named', {
      hint: `there are: ${Object.keys(commands).join(', ')}`,
    })
  const render = ours.includes('--all') ? renderWhole : renderPage
  if (isHelp(name)) {
    const topic = name === 'help' ? (rest.find((word) => word !== '--all') ?? name) : name
    return show(isHelp(topic) ? renderOverview(pages, paint) : render(commandNamed(topic).page, paint))
  }
  if (name === '--version' || name === '-V') return show(`${version()}\n`)
  const { page, load } = commandNamed(name)
  if (ours.includes('--help') || ours.includes('-h')) return show(render(page, paint))
  warnOfStrays(io)
  const start = await load()
  return start(rest, io)
}

const doesLog = (name = ''): boolean => Object.hasOwn(commands, name) && commands[name]?.logs === true

/** A variable that was mistyped would otherwise be silent. */
const warnOfStrays = (io: Io): void => {
  const flags = [...new Set(Object.values(commands).flatMap(({ page }) => Object.keys(flagsOf(page))))]
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
    const time = io.now().toISOString()
    io.stderr.write(jsonLine({ time, level: 'error', msg: 'hotmount ends', code, error: message, hint }))
    return
  }
  const paint = paintFor(io.stderr, io.env)
  io.stderr.write(`${paint('red', 'hotmount:')} ${message}\n`)
  if (hint !== undefined) io.stderr.write(`  → ${hint}\n`)
  const [name = ''] = argv
  const help = Object.hasOwn(commands, name) ? `hotmount ${name} --help` : 'hotmount --help'
  if (isUsage) io.stderr.write(`  See: ${help}\n`)
}

const codeOf = (thrown: unknown): number => {
  if (thrown instanceof UsageError) return exitCodes.usage
  if (thrown instanceof MountError) return exitCodes.mount
  return thrown instanceof InvalidConfigError ? exitCodes.rejected : exitCodes.internal
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
