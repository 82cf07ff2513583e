import { type AnnotationNames, ownNames } from './annotation-names.js'
import { mostKeyItems } from './counted.js'
import type { Subject } from './decide.js'
import { commaList, goBool } from './go-bool.js'
import type { Patterns } from './patterns.js'
import { type Defaults, readPolicy } from './policy.js'

/** What is wrong with an annotation, and how to write it. Neither quotes a value. */
export interface Complaint {
  readonly annotation: string
  readonly hint: string
}

const booleanHint = 'write "true" or "false"; as it is, it counts as set and not true'
const exactHint = 'only "true" counts'
const listHint = 'an item is no regular expression of Go, or too much work: it matches nothing'
const keysHint = `name at most ${mostKeyItems} keys, or use *: the rest of the list is not looked at`
const pauseHint = 'write a duration of Go, as 5m; as it is, there is no pause'

const isNoBool = (text: string): boolean => text !== '' && goBool(text) === undefined

/** What is wrong with a workload's annotations: what Reloader passes over in silence is said. */
export const complaintsOf = (
  subject: Subject,
  {
    names,
    patterns,
    defaults,
  }: { readonly names: AnnotationNames; readonly patterns: Patterns; readonly defaults: Defaults },
): readonly Complaint[] => {
  const texts = { ...subject.templateAnnotations, ...subject.annotations }
  const typed = Object.values(names.byKind)
  const found = (annotation: string, isWrong: (text: string) => boolean, hint: string): Complaint[] => {
    const text = texts[annotation]
    return text !== undefined && isWrong(text) ? [{ annotation, hint }] : []
  }
  const isNoList = (text: string): boolean => patterns.list(text).isWrong
  const reading = readPolicy(subject, names, defaults)
  return [
    ...[names.auto, ...typed.map(({ auto }) => auto)].flatMap((name) => found(name, isNoBool, booleanHint)),
    ...typed.flatMap(({ reload }) => found(reload, isNoList, listHint)),
    ...found(names.search, (text) => text !== 'true' && goBool(text) === true, exactHint),
    ...(reading.ok ? [] : [{ annotation: reading.annotation, hint: reading.hint }]),
    ...(reading.ok && reading.policy.pauseMs === undefined && subject.kind === 'Deployment'
      ? found(names.pausePeriod, (text) => text !== '', pauseHint)
      : []),
    ...found(ownNames.keys, (text) => commaList(text).length === 0, 'no key is named: none counts'),
    ...[ownNames.keys, ownNames.ignoreKeys].flatMap((name) =>
      found(name, (text) => commaList(text).length > mostKeyItems, keysHint),
    ),
  ]
}
