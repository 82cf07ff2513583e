import { loadPromClient } from '../observe/prom-client.js'

/** One metric, as it is declared. */
export interface MeterSpec {
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly help: string
  readonly labels?: readonly string[]
}

/** Values of labels by name. */
export type Labels = Readonly<Record<string, string>>

/** One metric, as it is used. */
export interface Meter {
  /** Adds one. */
  add(labels?: Labels): void
  /** Of a gauge. */
  set(value: number, labels?: Labels): void
}

/** Metrics by their short names, and the page that shows them. */
export interface Meters<Name extends string> {
  readonly of: Readonly<Record<Name, Meter>>
  readonly contentType: string
  /** The text of Prometheus. */
  page(): Promise<string>
}

const silent: Meter = { add: () => undefined, set: () => undefined }

const mapped = <Name extends string, In, Out>(
  table: Readonly<Record<Name, In>>,
  each: (one: In) => Out,
): Readonly<Record<Name, Out>> =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same names come out
  Object.fromEntries(Object.entries<In>(table).map(([name, one]) => [name, each(one)])) as Record<Name, Out>

/** Metrics that nobody will ask for: they count nothing, and need no package. */
export const silentMeters = <Name extends string>(
  specs: Readonly<Record<Name, MeterSpec>>,
): Meters<Name> => ({
  of: mapped(specs, () => silent),
  contentType: 'text/plain; charset=utf-8',
  page: () => Promise.resolve(''),
})

/** Metrics in a registry of their own. @throws UsageError BAD_OPTION when prom-client is not installed */
export const openMeters = async <Name extends string>(
  specs: Readonly<Record<Name, MeterSpec>>,
): Promise<Meters<Name>> => {
  const { Counter, Gauge, Registry } = await loadPromClient()
  const registry = new Registry()
  const open = ({ name, kind, help, labels = [] }: MeterSpec): Meter => {
    const configuration = { name, help, labelNames: [...labels], registers: [registry] }
    if (kind === 'counter') {
      const counter = new Counter(configuration)
      return { add: (given = {}) => counter.inc(given), set: () => undefined }
    }
    const gauge = new Gauge(configuration)
    return { add: (given = {}) => gauge.inc(given), set: (value, given = {}) => gauge.set(given, value) }
  }
  return { of: mapped(specs, open), contentType: registry.contentType, page: () => registry.metrics() }
}
