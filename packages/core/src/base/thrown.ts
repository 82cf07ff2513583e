/** The system's code (ENOENT, EMFILE …) of a thrown thing, if it has one. */
export const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined

/** What an aborted signal says. Passed on as it is, although it need not be an error. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a reason is whatever its owner chose
export const reasonOf = (signal: AbortSignal): Error => signal.reason as Error

// The file alone. What a module (`data:`, `eval`) or the name of a function is made of may be config.
const place = /^\s+at (?:.* \(|async )?((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*:\d+:\d+)\)?$/
const query = /[?#].*(?=:\d+:\d+$)/

/** The first frame of ours in a stack; only below the message, which may look like frames and quote a value. */
const frameOf = ({ name, message, stack }: Error): string | undefined => {
  if (typeof stack !== 'string') return undefined
  const heads = message === '' ? [`${name}\n`, `${name}: \n`] : [`${name}: ${message}\n`]
  const head = heads.find((one) => stack.startsWith(one))
  if (head === undefined) return undefined
  const frames = stack.slice(head.length).split('\n')
  const found = frames.map((line) => place.exec(line)?.[1]).find((one) => one !== undefined)
  return found === undefined ? undefined : `at ${found.replace(query, '')}`
}

/** Kind and place of a thrown thing, without its message: parsers and user code quote config values in theirs. */
export const describeThrown = (thrown: unknown): string => {
  try {
    if (!(thrown instanceof Error)) return `a thrown ${typeof thrown}`
    const [code, frame] = [codeOf(thrown), frameOf(thrown)]
    const kind = /^\w{1,60}$/.test(thrown.name) ? thrown.name : 'Error'
    return [kind, code, frame].filter((part) => part !== undefined).join(' ')
  } catch {
    // An error with getters that throw is still only an error.
    return 'an unreadable error'
  }
}

/** A process warning that names what failed and where, and withholds the message. */
export const warnOfFailure = (what: string, thrown: unknown): void => {
  const withheld = 'its message is withheld, as it may quote a config value'
  process.emitWarning(`${what} failed with ${describeThrown(thrown)} (${withheld})`, 'HotmountWarning')
}
