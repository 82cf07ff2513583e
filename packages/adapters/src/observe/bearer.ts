import { createHash, timingSafeEqual } from 'node:crypto'
import { open } from 'node:fs/promises'
import { UsageError } from '@hotmount/core'

/** Whether a request may be answered: `unreadable` when what the token should be is not known. */
export type Admission = 'yes' | 'no' | 'unreadable'

const maxBytes = 8192

/** The token of a file; undefined when it cannot be read or holds none. Never more of the file than a token needs. */
const tokenIn = async (path: string): Promise<string | undefined> => {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
      const token = buffer.toString('utf8', 0, bytesRead).trim()
      return token === '' || bytesRead === maxBytes ? undefined : token
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}

/** So that a wrong path is found at the start and not at the first request. @throws UsageError BAD_OPTION */
export const checkToken = async (path: string | undefined): Promise<void> => {
  if (path === undefined || (await tokenIn(path)) !== undefined) return
  throw new UsageError('BAD_OPTION', `bearerFile: ${path} cannot be read, or holds no token`, {
    hint: 'mount the Secret that holds it, readable for this user',
  })
}

/** A browser can ask its user for a password, but not for a token: any user name, and the token as the password. */
const tokenOfBasic = (given: string): string => {
  const text = Buffer.from(given, 'base64').toString('utf8')
  return text.slice(text.indexOf(':') + 1)
}

const tokenOf = (header: string | undefined): string | undefined => {
  const [, scheme, given = ''] = /^(bearer|basic) +(\S+)$/i.exec(header?.trim() ?? '') ?? []
  return scheme?.toLowerCase() === 'basic' ? tokenOfBasic(given) : scheme && given
}

const sum = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares a request's `Authorization` with the token that the file holds at this moment. */
export const admit = async (path: string | undefined, header: string | undefined): Promise<Admission> => {
  if (path === undefined) return 'yes'
  const wanted = await tokenIn(path)
  if (wanted === undefined) return 'unreadable'
  const given = tokenOf(header)
  // Sums have one length, so that nothing of the token shows in how long this takes.
  return given !== undefined && timingSafeEqual(sum(given), sum(wanted)) ? 'yes' : 'no'
}
