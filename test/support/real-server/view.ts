import { randomUUID } from 'node:crypto'

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const near = '127.0.0.'
const far = '198.51.100.'

/**
 * A test has a cluster of its own within a real one: its namespaces have names of their own there, and nothing of
 * other namespaces is seen. What belongs to others is never read, and cannot be touched.
 */
export class View {
  readonly #addresses = new Map<string, string>()
  readonly prefix: string = `hotmount-test-${randomUUID().slice(0, 8)}-`

  /** What a namespace is really called. */
  real(namespace: string): string {
    return `${this.prefix}${namespace}`
  }

  /** A Service wanted an address and got another: the test sees the one that it wanted. */
  alias(wanted: string, given: string): void {
    this.#addresses.set(given, wanted)
  }

  /** A text of the server, as the test's names have it. */
  shown(text: string): string {
    let own = text.replaceAll(this.prefix, '').replaceAll(`"${far}`, `"${near}`)
    for (const [given, wanted] of this.#addresses) own = own.replaceAll(`"${given}"`, `"${wanted}"`)
    return own
  }

  /** Whether an object of the server is the test's: cluster-wide lists and watches have others, too. */
  has(object: unknown): boolean {
    const { kind, metadata } = (object ?? {}) as {
      readonly kind?: string
      readonly metadata?: { readonly name?: string; readonly namespace?: string }
    }
    // Every namespace of a whole cluster has one, which the double knows nothing of.
    if (kind === 'ConfigMap' && metadata?.name === 'kube-root-ca.crt') return false
    const name = kind === 'Namespace' ? metadata?.name : metadata?.namespace
    return name === undefined || name.startsWith(this.prefix)
  }

  /** A body on its way to the server. */
  body(value: unknown): unknown {
    // No endpoint may be in the loopback range, where those of a test are.
    if (typeof value === 'string' && value.startsWith(near)) return far + value.slice(near.length)
    if (Array.isArray(value)) return value.map((one) => this.body(one))
    if (!isFields(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [
        name,
        name === 'namespace' && typeof inner === 'string' ? this.real(inner) : this.body(inner),
      ]),
    )
  }

  /** An address on its way to the server. */
  path(url: string): string {
    const { pathname, searchParams } = new URL(url, 'http://server')
    const path = pathname.replace(
      /\/namespaces\/([^/]+)/,
      (_, name: string) => `/namespaces/${this.real(name)}`,
    )
    const fields = searchParams.get('fieldSelector')
    if (fields !== null) {
      const real = fields.replaceAll(
        /(\.namespace(?:==|!=|=))([^,]+)/g,
        (_, how: string, name: string) => how + this.real(name),
      )
      searchParams.set('fieldSelector', real)
    }
    const query = searchParams.toString()
    return query === '' ? path : `${path}?${query}`
  }
}
