/** The system's code (ENOENT, EMFILE …) of a thrown thing, if it has one. */
export const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined

/** What an aborted signal says, as something that may be thrown. */
export const reasonOf = (signal: AbortSignal): Error => {
  const reason: unknown = signal.reason
  return reason instanceof Error ? reason : new Error(String(reason))
}

/** Kind and place of a thrown thing, without its message: parsers and user code quote config values in theirs. */
export const describeThrown = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return `a thrown ${typeof thrown}`
  const code = codeOf(thrown)
  const stack = thrown.stack ?? ''
  const frames = stack.slice(stack.lastIndexOf(thrown.message) + thrown.message.length).split('\n')
  const frame = frames.find((line) => /^\s+at .*:\d+:\d+\)?$/.test(line) && !line.includes('node:'))?.trim()
  return `${thrown.name}${code === undefined ? '' : ` ${code}`}${frame === undefined ? '' : ` ${frame}`}`
}

/** A process warning that names what failed and where, and withholds the message. */
export const warnOfFailure = (what: string, thrown: unknown): void => {
  const withheld = 'its message is withheld, as it may quote a config value'
  process.emitWarning(`${what} failed with ${describeThrown(thrown)} (${withheld})`, 'HotmountWarning')
}
