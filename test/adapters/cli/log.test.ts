import pino from 'pino'
import { describe, expect, it } from 'vitest'
import { type Entry, openLog } from '../../../packages/adapters/src/cli/log.js'

const now = new Date(1_790_000_000_123)

/** What the log writes where nobody looks. */
const written = (entry: Entry): string => {
  let text = ''
  const output = { isTTY: false, write: (chunk: string): void => void (text += chunk) }
  const signal = new AbortController().signal
  openLog({ stdout: output, stderr: output, env: {}, pid: 1, now: () => now, signal }, false)(entry)
  return text
}

describe('a log line', () => {
  it.each(['info', 'warn', 'error'] as const)('is the one that pino would write: %s', (level) => {
    let theirs = ''
    const logger = pino(
      { base: null, timestamp: () => `,"time":${now.getTime()}` },
      { write: (chunk: string) => void (theirs += chunk) },
    )
    const fields = { reaction: 'nginx', attempt: 1, keys: { added: ['a'] }, evidence: undefined }
    logger[level]({ ...fields, hint: 'mend "it"' }, 'config applied')
    expect(written({ level, msg: 'config applied', text: 'x', hint: 'mend "it"', fields })).toBe(theirs)
  })
})
