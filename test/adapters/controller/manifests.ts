import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Rule } from '../../support/api-server/access.js'
import type { Stored } from '../../support/api-server/kinds.js'
import { root } from '../../support/source-tree.js'

interface Role {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly rules: readonly Omit<Rule, 'namespace'>[]
}
interface Container {
  readonly args: readonly string[]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
}
interface Workload {
  readonly kind: string
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly Container[] }
    }
  }
}

/** The objects of a file in deploy/controller. */
const objectsOf = (file: string): readonly (Role | Workload)[] =>
  parseAllDocuments(readFileSync(path.join(root, 'deploy/controller', file), 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${file}: ${document.errors.join(' ')}`)
    return document.toJS() as Role | Workload
  })

const isRole = (object: Role | Workload): object is Role =>
  object.kind === 'Role' || object.kind === 'ClusterRole'

/** What the controller's roles of a file allow; by name, only that one. */
export const rulesOf = (file: string, name = 'hotmount-controller'): readonly Rule[] =>
  objectsOf(file)
    .filter(isRole)
    .filter(({ metadata }) => metadata.name.startsWith(name))
    .flatMap(({ kind, rules, metadata: { namespace } }) =>
      rules.map((rule) => ({ ...rule, ...(kind === 'Role' && namespace !== undefined && { namespace }) })),
    )

const containersOf = (file: string): readonly Container[] =>
  objectsOf(file).flatMap((object) => ('spec' in object ? object.spec.template.spec.containers : []))

/** The variables of the Deployment in a file that have a value there. */
export const envOf = (file: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    containersOf(file).flatMap(({ env }) =>
      env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
    ),
  )

/** The arguments of the Deployment in a file, without `controller` and without files that are not here. */
export const argsOf = (file: string): readonly string[] => {
  const [args = []] = containersOf(file).map((container) => container.args)
  const at = args.indexOf('--hash-key-file')
  return args.slice(1).filter((_, index) => at < 0 || (index !== at - 1 && index !== at))
}

/** `patch deployments`: everything that rules allow, one by one. */
export const allowedBy = (rules: readonly Rule[]): readonly string[] =>
  [
    ...new Set(
      rules.flatMap(({ verbs, resources }) =>
        resources.flatMap((each) => verbs.map((verb) => `${verb} ${each}`)),
      ),
    ),
  ].toSorted((one, other) => (one < other ? -1 : 1))

/** The Deployment of a file of manifests, for a test to create. */
export const deploymentIn = (file: string): Stored => {
  const found = parseAllDocuments(readFileSync(path.join(root, file), 'utf8'))
    .map((document) => document.toJS() as Stored)
    .find(({ kind }) => kind === 'Deployment')
  if (!found) throw new Error(`${file} has no Deployment`)
  return found
}
