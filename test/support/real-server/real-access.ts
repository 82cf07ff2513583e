import type { Rule } from '../api-server/access.js'
import { Refusal } from '../api-server/refusals.js'
import type { RealStore } from './real-store.js'
import type { SyncClient } from './sync-client.js'
import type { View } from './view.js'

const rbac = '/apis/rbac.authorization.k8s.io/v1'
const all: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }

interface Account {
  readonly namespace: string
  readonly name: string
}

/** Who may do what: ServiceAccounts, Roles and their bindings, and tokens that the server itself gave out. */
export class RealAccess {
  readonly #client: SyncClient
  readonly #store: RealStore
  readonly #view: View
  readonly #tokens = new Map<string, string>()
  readonly #granted = new Map<string, readonly string[]>()
  /** Called with tokens that are refused from now on: a server does so only when they end. */
  onRefuse: (authorization: string) => void = () => undefined

  constructor(client: SyncClient, store: RealStore, view: View) {
    this.#client = client
    this.#store = store
    this.#view = view
  }

  #account(user: string): Account {
    const [, namespace = 'default', name = user] = /^system:serviceaccount:([^:]+):(.+)$/.exec(user) ?? []
    return { namespace, name: name.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-') }
  }

  #make(path: string, body: object): void {
    try {
      this.#client.ask({ method: 'POST', path, body })
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 409) throw error
    }
  }

  /** Gives somebody rules, all by default, and a token. */
  grant(user: string, rules: readonly Rule[] = [all]): string {
    const account = this.#account(user)
    this.#store.ensure(account.namespace)
    const home = this.#view.real(account.namespace)
    this.#make(`/api/v1/namespaces/${home}/serviceaccounts`, { metadata: { name: account.name } })
    for (const path of this.#granted.get(user) ?? []) this.#client.ask({ method: 'DELETE', path })
    const made = rules.flatMap((rule, index) => this.#bind(account, rule, index))
    this.#granted.set(user, made)
    this.#settle(account, rules)
    return this.#tokens.get(user) ?? this.rotate(user)
  }

  #bind(
    { namespace: home, name: account }: Account,
    { namespace, ...rule }: Rule,
    index: number,
  ): readonly string[] {
    const isWide = namespace === undefined
    if (!isWide) this.#store.ensure(namespace)
    const at = isWide ? '' : `/namespaces/${this.#view.real(namespace)}`
    const [role, binding] = isWide ? ['clusterroles', 'clusterrolebindings'] : ['roles', 'rolebindings']
    const name = `${this.#view.prefix}${account}-${index}`
    const kind = isWide ? 'ClusterRole' : 'Role'
    this.#client.ask({
      method: 'POST',
      path: `${rbac}${at}/${role}`,
      body: { metadata: { name }, rules: [rule] },
    })
    const body = {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: this.#view.real(home) }],
    }
    this.#client.ask({ method: 'POST', path: `${rbac}${at}/${binding}`, body })
    return [`${rbac}${at}/${binding}/${name}`, `${rbac}${at}/${role}/${name}`]
  }

  // The server hears of its own roles by a watch: some milliseconds later.
  #settle({ namespace: home, name }: Account, rules: readonly Rule[]): void {
    const user = `system:serviceaccount:${this.#view.real(home)}:${name}`
    const isAllowed = ({ verbs, apiGroups, resources, resourceNames, namespace }: Rule): boolean => {
      const [resource = '', subresource] = (resources.at(-1) ?? '').split('/')
      const resourceAttributes = {
        verb: verbs.at(-1),
        group: apiGroups.at(-1),
        resource,
        ...(subresource !== undefined && { subresource }),
        ...(resourceNames && { name: resourceNames.at(-1) }),
        ...(namespace !== undefined && { namespace: this.#view.real(namespace) }),
      }
      const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
      const body = { spec: { user, resourceAttributes } }
      const { status } = this.#client.ask({ method: 'POST', path, body }) as {
        readonly status: { readonly allowed: boolean }
      }
      return status.allowed
    }
    const end = Date.now() + 10_000
    const isSettled = (): boolean =>
      rules.length === 0
        ? !isAllowed({
            ...all,
            verbs: ['get'],
            resources: ['leases'],
            apiGroups: ['coordination.k8s.io'],
            namespace: home,
          })
        : rules.every(isAllowed)
    while (!isSettled())
      if (Date.now() > end) throw new Error(`the roles of ${user} have not come into force`)
  }

  /** A new token; the one before is refused from now on. */
  rotate(user: string): string {
    const { namespace, name } = this.#account(user)
    const old = this.#tokens.get(user)
    if (old !== undefined) this.onRefuse(`Bearer ${old}`)
    const path = `/api/v1/namespaces/${this.#view.real(namespace)}/serviceaccounts/${name}/token`
    const { status } = this.#client.ask({ method: 'POST', path, body: { spec: {} } }) as {
      readonly status: { readonly token: string }
    }
    this.#tokens.set(user, status.token)
    return status.token
  }

  tokenOf(user: string): string {
    return this.#tokens.get(user) ?? this.grant(user)
  }

  /** Takes everything back that is not in a namespace of the test. */
  revoke(): void {
    for (const path of [...this.#granted.values()].flat())
      if (!path.includes('/namespaces/')) this.#client.ask({ method: 'DELETE', path })
  }
}
