import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import type { Rule } from './api-server/access.js'
import { root } from './source-tree.js'

interface Manifest {
  readonly kind: string
  readonly rules?: readonly Rule[]
}

/** The rules of all Roles in a file of manifests, bound in one namespace; those of ClusterRoles, everywhere. */
export const roleIn = (file: string, namespace = 'default'): readonly Rule[] =>
  parseAllDocuments(readFileSync(path.join(root, file), 'utf8'))
    .map((document) => document.toJS() as Manifest)
    .filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole')
    .flatMap(({ kind, rules = [] }) =>
      rules.map((rule) => (kind === 'Role' ? Object.assign(rule, { namespace }) : rule)),
    )

/** The rules that a section of a page shows. */
export const rulesShown = (page: string, section: string, namespace = 'default'): readonly Rule[] => {
  const text = readFileSync(path.join(root, page), 'utf8').split(`\n## ${section}\n`)[1] ?? ''
  const [, shown = ''] = /```yaml\n(rules:\n.*?)```/s.exec(text.split('\n## ')[0] ?? '') ?? []
  const { rules = [] } = parse(shown) as Pick<Manifest, 'rules'>
  return rules.map((rule) => Object.assign(rule, { namespace }))
}
