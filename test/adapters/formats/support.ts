import { ParseFailure } from '../../../packages/adapters/src/formats/parser.js'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The failure that a parse ends with; a parse that succeeds, or fails otherwise, fails the test. */
export const failureOf = (parse: () => unknown): ParseFailure => {
  try {
    parse()
  } catch (thrown) {
    if (thrown instanceof ParseFailure) return thrown
    throw thrown
  }
  throw new Error('it was taken')
}

/** Lists in lists, this many. */
export const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

/** CPU milliseconds of some work: wall time would tell how busy the machine is. */
export const cpuMs = (work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
