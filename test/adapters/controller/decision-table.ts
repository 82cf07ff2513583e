import { reloaderNames } from '../../../packages/adapters/src/controller/annotation-names.js'
import type { Resource, Rules, Subject } from '../../../packages/adapters/src/controller/decide.js'
import type {
  Annotations,
  ResourceKind,
  WorkloadKind,
} from '../../../packages/adapters/src/controller/kinds.js'
import { referencesOf } from '../../../packages/adapters/src/controller/references.js'
import { podUsing } from './pods.js'

/** One row of a decision table, read. */
export interface Row {
  readonly chapter: string
  readonly text: string
  readonly subject: Subject
  readonly resource: Resource
  readonly rules: Omit<Rules, 'patterns'>
  readonly expected: string
}

// Written out here, not taken from the code: the names are what is tested too.
const names: Readonly<Record<string, string>> = {
  auto: 'reloader.stakater.com/auto',
  'cm.auto': 'configmap.reloader.stakater.com/auto',
  's.auto': 'secret.reloader.stakater.com/auto',
  'cm.list': 'configmap.reloader.stakater.com/reload',
  's.list': 'secret.reloader.stakater.com/reload',
  search: 'reloader.stakater.com/search',
  match: 'reloader.stakater.com/match',
  ignore: 'reloader.stakater.com/ignore',
  'cm.exclude': 'configmaps.exclude.reloader.stakater.com/reload',
  's.exclude': 'secrets.exclude.reloader.stakater.com/reload',
  rollout: 'hotmount.dev/rollout',
  other: 'example.com/other',
}

const annotationsOf = (text: string): Annotations =>
  Object.fromEntries(
    (text === '-' ? '' : text)
      .split(';')
      .map((pair) => pair.trimStart())
      .filter((pair) => pair !== '')
      .map((pair) => {
        const at = pair.indexOf('=')
        const name = names[pair.slice(0, at)]
        if (name === undefined) throw new Error(`no annotation is called ${pair}`)
        return [name, pair.slice(at + 1)]
      }),
  )

const kinds: Readonly<Record<string, ResourceKind>> = { cm: 'ConfigMap', s: 'Secret' }
const workloadKinds: readonly WorkloadKind[] = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Rollout',
  'Job',
  'CronJob',
]

const readRow = (text: string, chapter: string): Row => {
  const columns = text.split(/\s\|\s/).map((column) => column.replace(/^ +/, ''))
  const [metadata = '', template = '', changed = '', uses = '', flags = '', verdict = ''] = columns
  if (columns.length !== 6) throw new Error(`not six columns: ${text}`)
  const [shortKind = '', name = '', ...annotated] = changed.trim().split(' ')
  const kind = kinds[shortKind]
  if (!kind) throw new Error(`no resource: ${changed}`)
  const words = new Set(flags.split(';').map((word) => word.trim()))

  const spec = podUsing({ kind, name }, uses.trim())
  return {
    chapter,
    text: text.replaceAll(/ +/g, ' '),
    subject: {
      kind: workloadKinds.find((each) => words.has(each)) ?? 'Deployment',
      annotations: annotationsOf(metadata),
      templateAnnotations: annotationsOf(template),
      references: referencesOf(spec),
      containers: ['app', 'side'],
    },
    resource: { kind, name, annotations: annotationsOf(annotated.join(' ')) },
    rules: {
      names: reloaderNames,
      autoAll: words.has('all'),
      workloads: new Set([
        ...(['Deployment', 'StatefulSet', 'DaemonSet'] as const),
        ...workloadKinds.filter((each) => words.has(`with=${each}`)),
      ]),
    },
    expected: verdict.replace('≠', '').trim(),
  }
}

/** Reads a table; lines with `##` begin a chapter. */
export const rowsOf = (table: string): readonly Row[] => {
  let chapter = ''
  return table.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) chapter = line.slice(3)
    return line === '' || line.startsWith('#') ? [] : [readRow(line, chapter)]
  })
}
