import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reloaderNames } from '../../../packages/adapters/src/controller/annotation-names.js'
import { decide, type Verdict } from '../../../packages/adapters/src/controller/decide.js'
import type { ResourceKind, WorkloadKind } from '../../../packages/adapters/src/controller/kinds.js'
import { openPatterns } from '../../../packages/adapters/src/controller/patterns.js'
import { referencesOf } from '../../../packages/adapters/src/controller/references.js'
import { podUsing } from './pods.js'

const patterns = await openPatterns()
const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout', 'Job', 'CronJob'] as const
const asking = [
  'reloader.stakater.com/auto',
  'configmap.reloader.stakater.com/auto',
  'secret.reloader.stakater.com/auto',
  'reloader.stakater.com/search',
  'hotmount.dev/rollout',
]
const lists = ['configmap', 'secret'].map((kind) => `${kind}.reloader.stakater.com/reload`)
const excludes = ['configmaps', 'secrets'].map((kind) => `${kind}.exclude.reloader.stakater.com/reload`)
const texts = ['true', 'false', '', 'yes', 'auto', 'off', 'shop', 'sh.*', 'a|shop', '(', 'db,shop']
const ways = ['-', 'volume', 'projected', 'env', 'envFrom@side', 'volume@setup', 'unmounted', 'as-cm']
const annotations = fc.dictionary(
  fc.constantFrom(...asking, ...lists, ...excludes),
  fc.constantFrom(...texts),
  { maxKeys: 6 },
)
const marks = fc.dictionary(
  fc.constantFrom('reloader.stakater.com/match', 'reloader.stakater.com/ignore'),
  fc.constantFrom('true', 'false'),
)

const world = fc.record({
  kind: fc.constantFrom<WorkloadKind>(...workloadKinds),
  metadata: annotations,
  template: annotations,
  resource: fc.record({
    kind: fc.constantFrom<ResourceKind>('ConfigMap', 'Secret'),
    name: fc.constantFrom('shop', 'db', 'other'),
    annotations: marks,
  }),
  how: fc.constantFrom(...ways),
  autoAll: fc.boolean(),
  workloads: fc.subarray<WorkloadKind>([...workloadKinds]),
})
type World = typeof world extends fc.Arbitrary<infer T> ? T : never

const decided = ({ kind, metadata, template, resource, how, autoAll, workloads }: World): Verdict => {
  const subject = {
    kind,
    annotations: metadata,
    templateAnnotations: template,
    references: referencesOf(podUsing({ kind: resource.kind, name: 'shop' }, how)),
    containers: ['app', 'side'],
  }
  return decide(subject, resource, {
    names: reloaderNames,
    autoAll,
    workloads: new Set(workloads),
    patterns,
  })
}
const reasonOf = (verdict: Verdict): string => (verdict.rolls ? verdict.by : 'none')

/** A world without some annotations, and with others on its metadata. */
const annotated = (
  some: World,
  drop: readonly string[],
  add: Readonly<Record<string, string>> = {},
): World => {
  const without = (given: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(given).filter(([name]) => !drop.includes(name)))
  return { ...some, metadata: { ...without(some.metadata), ...add }, template: without(some.template) }
}
const excluded = (some: World, place: 'metadata' | 'template'): World => {
  const [exclude = ''] = some.resource.kind === 'ConfigMap' ? excludes : excludes.slice(1)
  return { ...some, [place]: { ...some[place], [exclude]: `x, ${some.resource.name}` } }
}
const ignored = (some: World): World => ({
  ...some,
  resource: { ...some.resource, annotations: { 'reloader.stakater.com/ignore': 'true' } },
})
const runs = { numRuns: 2000 }

describe('whatever the annotations say', () => {
  it.each<[rule: string, holds: (some: World) => boolean]>([
    ['an ignored resource rolls nothing', (some) => !decided(ignored(some)).rolls],
    [
      'a kind that was not asked for never rolls',
      (some) => !decided({ ...some, workloads: some.workloads.filter((kind) => kind !== some.kind) }).rolls,
    ],
    [
      'nothing rolls for what it does not use, except by a list',
      (some) => ['named', 'none'].includes(reasonOf(decided({ ...some, how: '-' }))),
    ],
    [
      'nothing rolls for what it neither uses nor lists',
      (some) => !decided(annotated({ ...some, how: '-' }, lists)).rolls,
    ],
    [
      'nothing rolls that nobody asked for',
      (some) => !decided(annotated({ ...some, autoAll: false }, [...asking, ...lists])).rolls,
    ],
    ['an exclude is stronger than any wish', (some) => !decided(excluded(some, 'metadata')).rolls],
    ['an exclude on the pod template, too', (some) => !decided(excluded(some, 'template')).rolls],
    ['off is final', (some) => !decided(annotated(some, [], { 'hotmount.dev/rollout': 'off' })).rolls],
    [
      'auto "false" leaves only what was asked for by name, by match or in our own words',
      (some) =>
        ['named', 'match', 'rollout', 'none'].includes(
          reasonOf(decided(annotated(some, [], { 'reloader.stakater.com/auto': 'false' }))),
        ),
    ],
    [
      'a flag for all rolls at least what rolled without it',
      (some) => !decided({ ...some, autoAll: false }).rolls || decided({ ...some, autoAll: true }).rolls,
    ],
    [
      'what rolls has an ordinary container to stamp',
      (some) => {
        const verdict = decided(some)
        return !verdict.rolls || ['app', 'side'].includes(verdict.container ?? '')
      },
    ],
  ])('%s', (_rule, holds) => {
    expect(fc.check(fc.property(world, holds), runs)).toMatchObject({ failed: false })
  })
})
