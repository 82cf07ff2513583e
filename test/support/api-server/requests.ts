import type { IncomingMessage } from 'node:http'
import type { Wish } from './access.js'
import { type Kind, kinds } from './kinds.js'
import { Refusal } from './refusals.js'
import { nameIn } from './selectors.js'

/** A request, as far as its address tells. */
export interface Target {
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
  readonly query: URLSearchParams
  readonly verb: string
}

const verbOf = (method: string, isOne: boolean, isWatch: boolean): string => {
  if (method === 'GET') return isOne ? 'get' : isWatch ? 'watch' : 'list'
  const verbs: Record<string, string> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
  return verbs[method] ?? method.toLowerCase()
}

/** @throws Refusal 404 for a path of no type that is known */
export const targetOf = ({ url = '', method = '' }: IncomingMessage): Target => {
  const { pathname, searchParams: query } = new URL(url, 'http://server')
  const parts = pathname.split('/').slice(1).map(decodeURIComponent)
  const [group, version] = parts.shift() === 'api' ? ['', parts.shift()] : [parts.shift(), parts.shift()]
  const namespace = parts[0] === 'namespaces' && parts.length > 2 ? parts.splice(0, 2)[1] : undefined
  const [plural, name, subresource] = parts
  const kind = kinds.find((one) => one.group === group && one.version === version && one.plural === plural)
  const isLost =
    kind?.plural === 'namespaces' ? namespace !== undefined : namespace === undefined && name !== undefined
  if (!kind || isLost || (kind.plural !== 'namespaces' && namespace === undefined && method === 'POST'))
    throw new Refusal(404, 'NotFound', 'the server could not find the requested resource')
  const verb = verbOf(method, name !== undefined, query.get('watch') === 'true' || query.get('watch') === '1')
  return { kind, namespace, name, subresource, query, verb }
}

/** What somebody must be allowed to. */
export const wishOf = ({ kind, namespace, name, subresource, query, verb }: Target): Wish => ({
  verb,
  group: kind.group,
  resource: subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`,
  namespace,
  name: name ?? (verb === 'list' || verb === 'watch' ? nameIn(query.get('fieldSelector') ?? '') : undefined),
})

/** The body of a request as JSON. */
export const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return chunks.length === 0 ? undefined : (JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown)
}
