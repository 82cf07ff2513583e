import { gunzipSync } from 'node:zlib'
import { InvalidConfigError, type Snapshot } from '@hotmount/core'

/** Where values of variables come from. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A config as it is written. */
export interface Expanded {
  readonly bytes: Buffer
  /** Names of variables that are not set; then the bytes are of no use. */
  readonly unset: readonly string[]
}

/** Of an unpacked config: a few kilobytes of gzip may become gigabytes. */
const mostBytes = 64 * 1024 * 1024

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08

/** Replaces each `$(NAME)`; `$NAME` and `${NAME}` stay as they are. Bytes that are no UTF-8 stay too. */
export const expand = (bytes: Uint8Array, env: Environment): Expanded => {
  const unset = new Set<string>()
  const text = Buffer.from(bytes).toString('latin1')
  const expanded = text.replaceAll(/\$\((\w+)\)/g, (whole, name: string) => {
    const value = Object.hasOwn(env, name) ? env[name] : undefined
    if (value !== undefined) return Buffer.from(value, 'utf8').toString('latin1')
    unset.add(name)
    return whole
  })
  return { bytes: Buffer.from(expanded, 'latin1'), unset: [...unset] }
}

const unpack = (bytes: Uint8Array): Uint8Array =>
  isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: mostBytes }) : bytes

/** What the environment is for this program: ours, and the ordinal of the pod in its StatefulSet. */
export const reloaderEnv = (env: Environment, ordinalFrom: string): Environment => ({
  ...env,
  STATEFULSET_ORDINAL_NUMBER: /\d+$/.exec(env[ordinalFrom] ?? '')?.[0] ?? '',
})

/**
 * The config of a snapshot as it is to be written; `told` hears how many variables are not set.
 *
 * @throws InvalidConfigError KEY_MISSING, PARSE_FAILED; neither quotes the config
 */
export const expandedConfig = (
  snapshot: Snapshot,
  key: string,
  env: Environment,
  told: (unset: number) => void,
): Buffer => {
  const where = { key, revision: snapshot.revision }
  if (!snapshot.has(key))
    throw new InvalidConfigError('KEY_MISSING', where, `the config ${key} is not there any more`)
  let plain: Uint8Array
  try {
    plain = unpack(snapshot.bytes(key))
  } catch (error) {
    throw new InvalidConfigError(
      'PARSE_FAILED',
      where,
      `${key} cannot be unpacked: its gzip is broken or too large`,
      [],
      {
        origin: error,
      },
    )
  }
  const { bytes, unset } = expand(plain, env)
  told(unset.length)
  if (unset.length === 0) return bytes
  throw new InvalidConfigError(
    'PARSE_FAILED',
    where,
    `${key} names variables that are not set: ${unset.join(', ')}`,
    [],
    {
      hint: 'set them in `env` of this container; they do not change while it runs',
    },
  )
}
