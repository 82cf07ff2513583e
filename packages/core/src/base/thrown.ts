/** Kind and place of a thrown thing, without its message: parsers and user code quote config values in theirs. */
export const describeThrown = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return `a thrown ${typeof thrown}`
  const { code } = thrown as NodeJS.ErrnoException
  const frame = /\n\s+at (.+)/.exec(thrown.stack ?? '')?.[1]
  return `${thrown.name}${typeof code === 'string' ? ` ${code}` : ''}${frame === undefined ? '' : ` at ${frame}`}`
}

/** A process warning that names what failed and where, and withholds the message. */
export const warnOfFailure = (what: string, thrown: unknown): void => {
  const withheld = 'its message is withheld, as it may quote a config value'
  process.emitWarning(`${what} failed with ${describeThrown(thrown)} (${withheld})`, 'HotmountWarning')
}
