import { randomUUID } from 'node:crypto'
import { Refusal } from './refusals.js'

/** What a Role says, and where it is bound. */
export interface Rule {
  readonly apiGroups: readonly string[]
  /** 'deployments', 'deployments/status'. */
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly resourceNames?: readonly string[]
  /** Undefined: a ClusterRole. */
  readonly namespace?: string
}

/** What somebody wants to do. */
export interface Wish {
  readonly verb: string
  readonly group: string
  /** With its subresource. */
  readonly resource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
}

const all: Rule = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] }

const has = (list: readonly string[], word: string): boolean => list.includes('*') || list.includes(word)

const allows = (rule: Rule, { verb, group, resource, namespace, name }: Wish): boolean =>
  has(rule.apiGroups, group) &&
  has(rule.resources, resource) &&
  has(rule.verbs, verb) &&
  (rule.namespace === undefined || rule.namespace === namespace) &&
  (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name)))

/** Who may do what: tokens and the rules of those who have them. */
export class Access {
  readonly #rules = new Map<string, readonly Rule[]>()
  readonly #users = new Map<string, string>()
  readonly #tokens = new Map<string, string>()

  /** Gives somebody rules, all by default, and a token. */
  grant(user: string, rules: readonly Rule[] = [all]): string {
    this.#rules.set(user, rules)
    return this.#tokens.get(user) ?? this.rotate(user)
  }

  /** A new token; the one before is refused from now on. */
  rotate(user: string): string {
    const old = this.#tokens.get(user)
    if (old !== undefined) this.#users.delete(old)
    const token = `token-${randomUUID()}`
    this.#tokens.set(user, token)
    this.#users.set(token, user)
    return token
  }

  tokenOf(user: string): string {
    return this.#tokens.get(user) ?? this.grant(user)
  }

  /** @throws Refusal 401 403 */
  check(authorization: string | undefined, wish: Wish): string {
    const user = this.#users.get((authorization ?? '').replace(/^Bearer /, ''))
    if (user === undefined) throw new Refusal(401, 'Unauthorized', 'Unauthorized')
    const rules = this.#rules.get(user) ?? []
    if (rules.some((rule) => allows(rule, wish))) return user
    const { verb, group, resource, namespace, name } = wish
    const what = `${resource}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` "${name}"`}`
    const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`
    throw new Refusal(
      403,
      'Forbidden',
      `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
    )
  }
}
