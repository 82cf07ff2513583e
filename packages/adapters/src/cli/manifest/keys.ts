import { didYouMean } from '../nearest.js'
import type { Keys } from './projected.js'

/** Takes down one mistake in a manifest. */
export type Complain = (path: readonly string[], message: string, isName?: boolean) => void

/** Where keys are said, and whether their values are base64. Later ones win where they may. */
const fields = {
  ConfigMap: [
    ['data', 'text'],
    ['binaryData', 'base64'],
  ],
  Secret: [
    ['data', 'base64'],
    ['stringData', 'text'],
  ],
} as const

/** What else they may say. */
const others = {
  ConfigMap: ['apiVersion', 'kind', 'metadata', 'immutable'],
  Secret: ['apiVersion', 'kind', 'metadata', 'immutable', 'type'],
} as const

const longest = 253
const mostBytes = 1024 * 1024

const faultOf = (key: string): string | undefined => {
  if (!/^[-.\w]+$/.test(key)) return 'a key is made of letters, digits, dashes, dots and underscores'
  if (key === '.' || key.startsWith('..')) return 'a key does not begin with two dots'
  return key.length > longest ? `a key has ${longest} characters at most` : undefined
}

const expected = { text: 'expected text: quote it', base64: 'expected base64' } as const

/** The bytes of a value; undefined when it is none of its kind. */
const bytesOf = (value: unknown, form: 'text' | 'base64'): Uint8Array | undefined => {
  // An empty value is written as nothing at all by many.
  if (value === null) return new Uint8Array()
  if (typeof value !== 'string') return undefined
  if (form === 'text') return Buffer.from(value)
  const packed = value.replaceAll(/[\r\n]/g, '')
  const isWhole = /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/.test(packed)
  return isWhole ? Buffer.from(packed, 'base64') : undefined
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The keys of a ConfigMap or Secret. Whatever the API server would refuse is complained of. */
export const keysOf = (object: Readonly<Record<string, unknown>>, complain: Complain): Keys => {
  const kind = object['kind'] === 'Secret' ? 'Secret' : 'ConfigMap'
  const keys = new Map<string, Uint8Array>()
  for (const [field, form] of fields[kind]) {
    const values = object[field]
    if (values === undefined || values === null) continue
    if (!isRecord(values)) {
      complain([field], 'expected names with values')
      continue
    }
    for (const [key, value] of Object.entries(values)) {
      const fault = faultOf(key)
      if (fault !== undefined) complain([field, key], fault, true)
      // What is in both: of a Secret, stringData wins; a ConfigMap may not have it.
      if (kind === 'ConfigMap' && keys.has(key)) complain([field, key], 'this key is in data too', true)
      const bytes = bytesOf(value, form)
      if (bytes) keys.set(key, bytes)
      else complain([field, key], expected[form])
    }
  }
  const known: readonly string[] = [...fields[kind].map(([field]) => field), ...others[kind]]
  for (const field of Object.keys(object))
    if (field === 'stringData' && kind === 'ConfigMap')
      complain([field], 'only a Secret has it: a ConfigMap has data', true)
    else if (!known.includes(field))
      complain([field], `there is no such field${didYouMean(field, known)}`, true)
  const total = [...keys.values()].reduce((sum, { length }) => sum + length, 0)
  if (total > mostBytes) complain(['data'], `all values together are over ${mostBytes} bytes`, true)
  return Object.fromEntries(keys)
}
