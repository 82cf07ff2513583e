import { createHash } from 'node:crypto'
import { ownNames } from './annotation-names.js'
import { own, type Resource, type Subject } from './decide.js'
import { commaList } from './go-bool.js'
import type { KeyHashes } from './hashes.js'
import type { Patterns } from './patterns.js'
import { referencesTo } from './references.js'

/** The word for: only the keys that the pods refer to. No key can be called that. */
const referenced = '@referenced'

/** So many items of a list of keys are looked at. */
export const mostKeyItems = 200

/** `app.yaml`, `shop/app.yaml` or `secret/shop/app.yaml`, each part a pattern with `*` and `?`: those of a resource. */
const itemsFor = (text: string | undefined, resource: Resource, { glob }: Patterns): readonly string[] =>
  commaList(text)
    .slice(0, mostKeyItems)
    .flatMap((item) => {
      const parts = item.split('/')
      const [key = '', name = '*', kind = '*'] = parts.toReversed()
      const isMeant =
        parts.length <= 3 &&
        glob(name, resource.name) === true &&
        glob(kind, resource.kind.toLowerCase()) === true
      return isMeant ? [key] : []
    })

const isReferenced = (subject: Subject, resource: Resource, key: string): boolean =>
  referencesTo(subject.references, resource).some(({ keys }) => keys === undefined || keys.includes(key))

/** Whether a change of a key of this resource counts for this workload. */
const counting = (subject: Subject, resource: Resource, patterns: Patterns): ((key: string) => boolean) => {
  const fits = (key: string) => (pattern: string) => patterns.glob(pattern, key) === true
  const text = own(subject, ownNames.keys)
  const wanted = itemsFor(text, resource, patterns)
  const unwanted = itemsFor(own(subject, ownNames.ignoreKeys), resource, patterns)
  return (key) =>
    !unwanted.some(fits(key)) &&
    (text === undefined ||
      wanted.some((item) => (item === referenced ? isReferenced(subject, resource, key) : fits(key)(item))))
}

/** The hashes of the keys that count. */
export const countedHashes = (
  subject: Subject,
  resource: Resource & { readonly hashes: KeyHashes },
  patterns: Patterns,
): KeyHashes => {
  const isPlain = own(subject, ownNames.keys) === undefined && own(subject, ownNames.ignoreKeys) === undefined
  if (isPlain) return resource.hashes
  const counts = counting(subject, resource, patterns)
  return Object.fromEntries(Object.entries(resource.hashes).filter(([key]) => counts(key)))
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
