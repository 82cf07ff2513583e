import { apiVersionOf, type Stored } from './kinds.js'
import { patched } from './patches.js'
import { badRequest, conflict, expired, notFound, Refusal } from './refusals.js'
import type { Target } from './requests.js'
import { fieldMatches, labelMatches } from './selectors.js'
import type { Store } from './store.js'

/** An answer in full. */
export interface Answer {
  readonly status: number
  readonly body: object
}

const ok = (body: object): Answer => ({ status: 200, body })

interface Token {
  readonly version: number
  readonly after: number
}
const tokenFor = (token: Token): string => Buffer.from(JSON.stringify(token)).toString('base64url')
const readToken = (text: string): Token =>
  JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Token

const mostOfAnnotations = 262_144

/** Names and values of all annotations count. */
const refuseLong = ({ metadata: { annotations = {} } }: Stored): void => {
  if (Buffer.byteLength(Object.entries(annotations).flat().join('')) > mostOfAnnotations)
    throw new Refusal(422, 'Invalid', 'metadata.annotations: Too long: may not be more than 262144 bytes')
}

/** Answers what is no watch. */
export class Answers {
  readonly #store: Store
  /** Lists that go on: what was there when they began. */
  readonly #lists = new Map<number, readonly Stored[]>()

  constructor(store: Store) {
    this.#store = store
  }

  /** The places to go on from are no longer known. */
  expireLists(): void {
    this.#lists.clear()
  }

  answer(target: Target, contentType: string, body: unknown): Answer {
    const { verb, kind, namespace, name = '' } = target
    if (verb === 'list') return this.#list(target)
    if (verb === 'get') return ok(this.#store.get(kind.plural, namespace, name))
    if (verb === 'delete') return this.#delete(target, body)
    const given = body as Stored | undefined
    if (given === undefined) throw badRequest('a body is needed')
    if (verb === 'create') return this.#create(target, given)
    if (verb === 'update') return this.#replace(target, given)
    if (verb === 'patch') return this.#patch(target, contentType, given)
    throw new Refusal(405, 'MethodNotAllowed', `${verb} is not allowed`)
  }

  #list({ kind, namespace, query }: Target): Answer {
    const limit = Number(query.get('limit') ?? '0')
    const token = query.get('continue')
    const [byLabel, byField] = [
      labelMatches(query.get('labelSelector') ?? ''),
      fieldMatches(query.get('fieldSelector') ?? '', kind.plural),
    ]
    const { version, after } = token === null ? { version: this.#store.version, after: 0 } : readToken(token)
    const kept = token === null ? undefined : this.#lists.get(version)
    if (token !== null && !kept) throw expired()
    const all = kept ?? this.#store.list(kind.plural, namespace).filter((one) => byLabel(one) && byField(one))
    const items = limit > 0 ? all.slice(after, after + limit) : all
    const next = after + items.length
    if (next < all.length) this.#lists.set(version, all)
    return ok({
      kind: `${kind.kind}List`,
      apiVersion: apiVersionOf(kind),
      metadata: {
        resourceVersion: String(version),
        ...(next < all.length && { continue: tokenFor({ version, after: next }) }),
      },
      items,
    })
  }

  #create({ kind, namespace, query }: Target, given: Stored): Answer {
    const object = {
      ...given,
      metadata: { ...given.metadata, ...(namespace !== undefined && { namespace }) },
    }
    refuseLong(object)
    if (query.get('dryRun') === 'All') return { status: 201, body: object }
    return { status: 201, body: this.#store.create(kind.plural, object) }
  }

  #replace({ verb, kind, namespace, name = '', query, subresource }: Target, given: Stored): Answer {
    if (given.metadata.name !== name)
      throw badRequest('the name of the object does not match the name on the URL')
    if (verb === 'update' && kind.plural === 'leases' && given.metadata.resourceVersion === undefined)
      throw new Refusal(422, 'Invalid', 'metadata.resourceVersion: must be specified for an update')
    // A Lease may be made by an update: one that is gone is then not the one that is meant.
    if (verb === 'update' && kind.plural === 'leases' && !this.#store.find(kind.plural, namespace, name))
      throw conflict(kind.plural, name)
    const object = {
      ...given,
      metadata: { ...given.metadata, ...(namespace !== undefined && { namespace }) },
    }
    refuseLong(object)
    if (query.get('dryRun') === 'All') return ok(object)
    return ok(this.#store.replace(kind.plural, object, subresource === 'status' ? 'status' : 'object'))
  }

  #patch(target: Target, contentType: string, body: Stored): Answer {
    const { kind, namespace, name = '', query } = target
    const found = this.#store.find(kind.plural, namespace, name)
    const isApply = contentType.startsWith('application/apply-patch')
    if (!found && !isApply) throw notFound(kind.plural, name)
    const settings = { manager: query.get('fieldManager') ?? '', force: query.get('force') === 'true' }
    const base: Stored = found ?? { metadata: { name } }
    const version = base.metadata.resourceVersion
    const next = patched(base, contentType, body, settings)
    if (!found) return this.#create(target, next)
    // Only a version that the body names is compared.
    if (next.metadata.resourceVersion === version) delete next.metadata.resourceVersion
    return this.#replace(target, next)
  }

  #delete({ kind, namespace, name = '' }: Target, body: unknown): Answer {
    const wanted = (body as { preconditions?: { uid?: string } } | undefined)?.preconditions?.uid
    const found = this.#store.get(kind.plural, namespace, name)
    if (wanted !== undefined && wanted !== found.metadata.uid)
      throw new Refusal(409, 'Conflict', 'the UID in the precondition does not match the UID in record')
    return ok(this.#store.remove(kind.plural, namespace, name))
  }
}
