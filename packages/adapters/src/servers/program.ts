import { UsageError } from '@hotmount/core'
import type { Argv } from '../process/spawn.js'

/** A server's program in a command line, and what follows it. */
export interface Program {
  readonly file: string
  readonly args: readonly string[]
  /** The interpreter before it, as in `python3 -m gunicorn`. */
  readonly interpreter: readonly string[]
}

const baseName = (word: string): string => word.slice(word.lastIndexOf('/') + 1)

/** Finds the program, also behind an entrypoint script. undefined when no word of the command line is it. */
export const programIn = (command: readonly string[], names: RegExp): Program | undefined => {
  const at = command.findIndex((word) => baseName(word).search(names) >= 0)
  const file = command[at]
  if (file === undefined) return undefined
  const interpreter =
    command[at - 1] === '-m' && baseName(command[at - 2] ?? '').startsWith('python')
      ? command.slice(at - 2, at)
      : []
  return { file, args: command.slice(at + 1), interpreter }
}

/** The same, where there must be one. @throws UsageError BAD_OPTION */
export const programOf = (name: string, command: Argv, names: RegExp): Program => {
  const program = programIn(command, names)
  if (program) return program
  throw new UsageError('BAD_OPTION', `${name}: none of the words of the command is ${name}`, {
    hint: 'then its check cannot be made from it: give check a command of its own',
  })
}

/** A value of `-c FILE`, `-cFILE`, `--config FILE` or `--config=FILE`; of several, the last. */
export const valueOf = (args: readonly string[], ...flags: readonly string[]): string | undefined => {
  let found: string | undefined
  for (const [at, word] of args.entries())
    for (const flag of flags) {
      if (word === flag) found = args[at + 1]
      else if (flag.startsWith('--') && word.startsWith(`${flag}=`)) found = word.slice(flag.length + 1)
      else if (!flag.startsWith('--') && word.startsWith(flag)) found = word.slice(flag.length)
    }
  return found
}
