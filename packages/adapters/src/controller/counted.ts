import { createHash } from 'node:crypto'
import { ownNames } from './annotation-names.js'
import { own, type Resource, type Subject } from './decide.js'
import { commaList } from './go-bool.js'
import type { KeyHashes } from './hashes.js'
import type { Patterns } from './patterns.js'
import { referencesTo } from './references.js'

/** The word for: only the keys that the pods refer to. No key can be called that. */
const referenced = '@referenced'

/** `app.yaml`, `shop/app.yaml` or `secret/shop/app.yaml`, each part a pattern with `*` and `?`. */
const fits = (item: string, resource: Resource, key: string, { glob }: Patterns): boolean => {
  const parts = item.split('/')
  const [keyPattern = '', name = '*', kind = '*'] = parts.toReversed()
  return (
    parts.length <= 3 &&
    glob(keyPattern, key) === true &&
    glob(name, resource.name) === true &&
    glob(kind, resource.kind.toLowerCase()) === true
  )
}

const isReferenced = (subject: Subject, resource: Resource, key: string): boolean =>
  referencesTo(subject.references, resource).some(({ keys }) => keys === undefined || keys.includes(key))

/** Whether a change of this key of this resource counts for this workload. */
const counts = (subject: Subject, resource: Resource, key: string, patterns: Patterns): boolean => {
  const wanted = own(subject, ownNames.keys)
  const unwanted = commaList(own(subject, ownNames.ignoreKeys))
  if (unwanted.some((item) => fits(item, resource, key, patterns))) return false
  return (
    wanted === undefined ||
    commaList(wanted).some((item) =>
      item === referenced ? isReferenced(subject, resource, key) : fits(item, resource, key, patterns),
    )
  )
}

/** The hashes of the keys that count. */
export const countedHashes = (
  subject: Subject,
  resource: Resource & { readonly hashes: KeyHashes },
  patterns: Patterns,
): KeyHashes => {
  const isPlain = own(subject, ownNames.keys) === undefined && own(subject, ownNames.ignoreKeys) === undefined
  if (isPlain) return resource.hashes
  return Object.fromEntries(
    Object.entries(resource.hashes).filter(([key]) => counts(subject, resource, key, patterns)),
  )
}

/** Equal as long as the same keys count, whatever the resources hold. */
export const countingOf = (subject: Subject): string => {
  const texts = [ownNames.keys, ownNames.ignoreKeys].map((name) => own(subject, name) ?? '')
  if (texts.every((text) => text === '')) return ''
  const uses = commaList(texts[0]).includes(referenced)
    ? subject.references.map(({ kind, name, keys }) => [kind, name, ...(keys ?? ['*'])].join('/')).toSorted()
    : []
  return createHash('sha256')
    .update(JSON.stringify([texts, uses]))
    .digest('base64url')
    .slice(0, 8)
}
