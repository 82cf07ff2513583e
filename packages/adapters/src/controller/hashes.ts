import { createHash, createHmac } from 'node:crypto'
import type { Relevant } from './annotation-names.js'
import type { Annotations, ResourceKind } from './kinds.js'
import type { Resource } from './decide.js'

/** The hash of each key of one ConfigMap or Secret. */
export type KeyHashes = Readonly<Record<string, string>>

/** What is kept of a ConfigMap or Secret: names and hashes, no value. */
export interface HashedResource extends Resource {
  readonly namespace: string
  readonly hashes: KeyHashes
}

/** How values are hashed. */
export interface Hashing {
  /** Two hashings with the same name give the same hashes. */
  readonly name: string
  readonly hash: (domain: string, value: Uint8Array) => string
}

// 72 bits: no two values will ever meet, and 500 keys are 15 KB of an annotation.
const hashLength = 12

/**
 * Keyed hashes: whoever may read a Deployment but no Secret cannot try passwords against what is written there, as
 * long as the key is not known to them. Without a key of its own a cluster has a known one.
 */
export const openHashing = (key?: Uint8Array): Hashing => {
  const secret = key ?? new TextEncoder().encode('hotmount controller')
  const name =
    key === undefined ? '1' : `1:${createHash('sha256').update('name').update(key).digest('hex').slice(0, 8)}`
  return {
    name,
    hash: (domain, value) =>
      createHmac('sha256', secret)
        .update(`${domain}\0`)
        .update(value)
        .digest('base64url')
        .slice(0, hashLength),
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The string entries of something that should be an object of strings. */
export const stringsOf = (value: unknown): Annotations =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  )

/** A property of something that should be an object. */
export const property = (value: unknown, name: string): unknown => (isRecord(value) ? value[name] : undefined)

/** The annotations of something that matter. */
export const relevantIn = (metadata: unknown, isRelevant: Relevant): Annotations =>
  Object.fromEntries(
    Object.entries(stringsOf(property(metadata, 'annotations'))).filter(([name]) => isRelevant(name)),
  )

const fromBase64 = (text: string): Uint8Array => Buffer.from(text, 'base64')
const fromText = (text: string): Uint8Array => Buffer.from(text)

/** Takes names and hashes out of an object of the API; nothing else of it is kept. */
export const hashedResource = (
  kind: ResourceKind,
  object: unknown,
  hashing: Hashing,
  isRelevant: Relevant,
): HashedResource => {
  const metadata = property(object, 'metadata')
  const { name = '', namespace = '' } = stringsOf(metadata)
  const hashAll = (field: string, decode: (text: string) => Uint8Array): [string, string][] =>
    Object.entries(stringsOf(property(object, field))).map(([key, text]) => [
      key,
      hashing.hash(`${kind}\0${namespace}\0${name}\0${key}`, decode(text)),
    ])
  return {
    kind,
    namespace,
    name,
    annotations: relevantIn(metadata, isRelevant),
    hashes: Object.fromEntries(
      kind === 'Secret'
        ? hashAll('data', fromBase64)
        : [...hashAll('data', fromText), ...hashAll('binaryData', fromBase64)],
    ),
  }
}

/** Entries in the order of their names. */
export const sortedEntries = <T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] =>
  Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1))

/** One digest over several resources: equal if and only if nothing in them changed. */
export const digestOf = (hashes: Readonly<Record<string, KeyHashes | null>>): string => {
  const sum = createHash('sha256')
  for (const id of Object.keys(hashes).toSorted()) {
    sum.update(`${id}\n`)
    for (const [key, hash] of sortedEntries(hashes[id] ?? {})) sum.update(`${key}=${hash}\n`)
  }
  return sum.digest('hex').slice(0, 16)
}
