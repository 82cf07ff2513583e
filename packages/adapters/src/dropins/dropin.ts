import { UsageError } from '@hotmount/core'
import type { Io } from '../cli/io.js'
import type { Log } from '../cli/log.js'
import type { Implied } from './modes.js'

/** What a mode does: its arguments in, exit code out. `implied`: nobody named it, which its log then tells first. */
export type Start = (argv: readonly string[], io: Io, implied?: Implied) => Promise<number>

/** Tells which mode this is when nobody named it. */
export const announceImplied = (log: Log, implied: Implied | undefined): void => {
  if (!implied) return
  const { mode, because, explicit } = implied
  log({
    level: 'info',
    msg: 'drop-in mode',
    text: `this is ${mode}, as ${because}`,
    hint: `to say so: ${explicit}`,
    fields: { mode, because },
  })
}

/** For modes that take no words: what they need is in the environment. */
export const noWord = (word: string): UsageError =>
  new UsageError('BAD_OPTION', `what is ${JSON.stringify(word)} for?`, {
    hint: 'this mode takes its settings from the environment',
  })
