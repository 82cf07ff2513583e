import { type AnnotationNames, ownNames } from './annotation-names.js'
import { goBool } from './go-bool.js'
import type { Annotations, ResourceName, WorkloadKind } from './kinds.js'
import type { Patterns } from './patterns.js'
import { type Reference, referencesTo } from './references.js'

/** What a decision looks at of a workload. */
export interface Subject {
  readonly kind: WorkloadKind
  readonly annotations: Annotations
  readonly templateAnnotations: Annotations
  readonly references: readonly Reference[]
  /** Names of its ordinary containers. */
  readonly containers: readonly string[]
}

/** What a decision looks at of a ConfigMap or Secret. */
export interface Resource extends ResourceName {
  readonly annotations: Annotations
}

/** What a decision depends on besides the two objects. */
export interface Rules {
  readonly names: AnnotationNames
  /** Whether a workload without any annotation rolls for what it refers to. */
  readonly autoAll: boolean
  /** Which kinds of workloads are rolled at all. */
  readonly workloads: ReadonlySet<WorkloadKind>
  readonly patterns: Patterns
}

/** Which rule asked for a rollout. */
export type Asked = 'named' | 'rollout' | 'match' | 'auto' | 'autoAll'

/** Whether a workload rolls when a resource changes, and why. */
export type Verdict =
  | {
      readonly rolls: true
      readonly by: Asked
      /** The container that uses it: the one to stamp where a variable is the stamp. */
      readonly container: string | undefined
    }
  | {
      readonly rolls: false
      readonly because: 'kind' | 'ignored' | 'off' | 'excluded' | 'optedOut' | 'notAsked' | 'notReferenced'
    }

const no = (because: Extract<Verdict, { rolls: false }>['because']): Verdict => ({ rolls: false, because })

/** Metadata wins over the pod template, each annotation of ours for itself. */
export const own = (
  { annotations, templateAnnotations }: Pick<Subject, 'annotations' | 'templateAnnotations'>,
  name: string,
): string | undefined => annotations[name] ?? templateAnnotations[name]

/** The four annotations that ask, all from one place: the template is looked at only if metadata has none of them. */
const asking = (
  { annotations, templateAnnotations }: Subject,
  kind: Resource['kind'],
  names: AnnotationNames,
): { readonly [name in 'list' | 'auto' | 'typed' | 'search']: string | undefined } => {
  const typed = names.byKind[kind]
  const from = [typed.reload, names.auto, typed.auto, names.search].some((name) => name in annotations)
    ? annotations
    : templateAnnotations
  return {
    list: from[typed.reload],
    auto: from[names.auto],
    typed: from[typed.auto],
    search: from[names.search],
  }
}

const isExcluded = (subject: Subject, { kind, name }: Resource, { names, patterns }: Rules): boolean =>
  [subject.annotations, subject.templateAnnotations].some((annotations) =>
    patterns.list(annotations[names.byKind[kind].exclude] ?? '').items.has(name),
  )

/** Where a rollout for this resource is stamped; an init container's use is stamped on the first ordinary one. */
const containerFor = (subject: Subject, resource: Resource): string | undefined => {
  const [first] = referencesTo(subject.references, resource)
  return first === undefined || first.isInit
    ? subject.containers[0]
    : (first.container ?? subject.containers[0])
}

const wishOf = (subject: Subject, kind: Resource['kind']): 'yes' | 'off' | 'none' => {
  const wish = own(subject, ownNames.rollout)
  if (wish === 'off') return 'off'
  return wish === 'auto' || wish === `${kind.toLowerCase()}s` ? 'yes' : 'none'
}

const optsOut = (text: string | undefined): boolean => text !== undefined && text !== ''

const ask = (subject: Subject, resource: Resource, rules: Rules): Asked | 'optedOut' | 'notAsked' => {
  const { names, patterns, autoAll } = rules
  const { list, auto, typed, search } = asking(subject, resource.kind, names)
  if (patterns.list(list ?? '').matches(resource.name)) return 'named'
  if (wishOf(subject, resource.kind) === 'yes') return 'rollout'
  if (search === 'true' && resource.annotations[names.match] === 'true') return 'match'
  if (goBool(auto) === false) return 'optedOut'
  if (goBool(auto) === true || goBool(typed) === true) return 'auto'
  if (optsOut(auto) || optsOut(typed)) return 'optedOut'
  return autoAll ? 'autoAll' : 'notAsked'
}

/**
 * Whether a workload rolls when this resource changes. Both are of one namespace. Pure; docs/16-controller.md has the
 * rules as a table.
 */
export const decide = (subject: Subject, resource: Resource, rules: Rules): Verdict => {
  if (!rules.workloads.has(subject.kind)) return no('kind')
  if (resource.annotations[rules.names.ignore] === 'true' || resource.annotations[ownNames.rollout] === 'off')
    return no('ignored')
  if (wishOf(subject, resource.kind) === 'off') return no('off')
  if (isExcluded(subject, resource, rules)) return no('excluded')
  const asked = ask(subject, resource, rules)
  if (asked === 'optedOut' || asked === 'notAsked') return no(asked)
  const isReferenced = referencesTo(subject.references, resource).length > 0
  if (asked !== 'named' && !isReferenced) return no('notReferenced')
  return { rolls: true, by: asked, container: containerFor(subject, resource) }
}
