import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { errnoOf } from '../process/errno.js'
import { targetError } from '../process/target-error.js'
import type { Settings } from './options.js'

/** PEM texts for one request. */
export interface TlsMaterial {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** What proves to the target who asks, as the files say it now. */
export interface Credentials {
  readonly bearer: string | undefined
  readonly secret: Buffer | undefined
  readonly tls: TlsMaterial
}

const unreadable = (option: string, path: string, why: string): Error =>
  targetError('APPLY_FAILED', option, `${option}: ${path} ${why}`, {
    hint: 'mount the Secret that holds it, readable for this user; it is read anew for each request',
    retryable: true,
  })

const read = async (option: string, path: string): Promise<Buffer> => {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(option, path, `cannot be read (${errnoOf(error)})`)
  })
  if (bytes.length === 0) throw unreadable(option, path, 'is empty')
  return bytes
}

const maybe = async (option: string, path: string | undefined): Promise<Buffer | undefined> =>
  path === undefined ? undefined : read(option, path)

/** Editors and `echo` leave a line end, which is no part of a secret. */
const withoutLineEnd = (bytes: Buffer): Buffer =>
  Buffer.from(bytes.toString('latin1').replace(/\r?\n$/, ''), 'latin1')

const tokenOf = (path: string, bytes: Buffer): string => {
  const token = bytes.toString('utf8').trim()
  // A line break in it would begin another header.
  if (!/^[\u0021-\u007e]+$/.test(token)) throw unreadable('bearerFile', path, 'holds no single token')
  return token
}

/** Reads the files that the settings name. @throws ReactionError APPLY_FAILED, with the path */
export const readCredentials = async ({ bearerFile, secretFile, tls }: Settings): Promise<Credentials> => {
  const [ca, cert, key, bearer, secret] = await Promise.all([
    maybe('tls.ca', tls.ca),
    maybe('tls.cert', tls.cert),
    maybe('tls.key', tls.key),
    maybe('bearerFile', bearerFile),
    maybe('hmac.secretFile', secretFile),
  ])
  return {
    bearer: bearer && tokenOf(bearerFile ?? '', bearer),
    secret: secret && withoutLineEnd(secret),
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  }
}

/** Value of the signature header: time in seconds since 1970, and HMAC-SHA256 over `<time>.<body>`. */
export const signatureOf = (secret: Buffer, body: Buffer, nowMs: number): string => {
  const time = Math.floor(nowMs / 1000)
  const sum = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')
  return `t=${time},v1=${sum}`
}
