import { UsageError } from '@hotmount/core'
import type { Words } from '../config/config.js'
import type { Path, Problem } from '../config/problem.js'
import type { Argv } from '../../process/spawn.js'
import { inFlags } from '../speech.js'
import { shellHint, splitWords } from '../words.js'

/** Takes down one mistake; judging goes on, so that all of them are told. */
export type Say = (path: Path, message: string, hint?: string) => void

/** What stands for a command that was refused: it is never run. */
const refused: Argv = ['false']

/** A list of problems that fills while something is judged. */
export const taking = (): { readonly problems: readonly Problem[]; readonly say: Say } => {
  const problems: Problem[] = []
  const say: Say = (path, message, hint) => {
    const isKnown = problems.some((one) => one.message === message && one.path.join() === path.join())
    if (!isKnown) problems.push({ path, message, hint })
  }
  return { problems, say }
}

/** The words of a command. */
export const argvOf = (words: Words, path: Path, say: Say): Argv => {
  try {
    const [file = '', ...rest] = typeof words === 'string' ? splitWords(words, 'it') : words
    if (file !== '') return [file, ...rest]
    say(path, 'there is no command in it', 'name a program first, as in: nginx -t')
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    say(
      path,
      thrown.message.replace(/^it: /, ''),
      thrown.hint === shellHint
        ? shellHint
        : 'write it as in a shell, or as a list of words: no shell reads it',
    )
  }
  return refused
}

/** What adapters say of options that they refuse becomes a problem here. */
export const orSay = async (path: Path, say: Say, make: () => unknown): Promise<void> => {
  try {
    await make()
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    // A value that an adapter quotes is in quotes.
    say(path, thrown.message.replaceAll(/ ?"(?:[^"\\]|\\.)*"/g, ''), inFlags(thrown.hint))
  }
}
