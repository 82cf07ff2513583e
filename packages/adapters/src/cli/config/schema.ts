import * as v from 'valibot'
import type { ActionConfig, Config } from './config.js'
import { isTime } from './values.js'

/** One thing that does not fit. Its own message is the expectation in words; `input` is the value: never printed. */
export interface SchemaIssue {
  readonly type: string
  readonly expected: string | null
  readonly received: string
  readonly message: string
  readonly input: unknown
  readonly path?: readonly { readonly key: unknown }[] | undefined
}

/** A part of the schema, as far as messages need to know it. */
export interface SchemaPart {
  readonly type: string
  readonly entries?: Readonly<Record<string, SchemaPart>>
  readonly options?: readonly (SchemaPart | string)[]
  readonly wrapped?: SchemaPart
  readonly item?: SchemaPart
  readonly value?: SchemaPart | string | boolean
  readonly literal?: unknown
  readonly getter?: (input: unknown) => SchemaPart
}

const o = v.optional
type Texts = v.GenericSchema<string>

const text = (say: string): Texts =>
  v.pipe(v.string(say), v.minLength(1, say), v.description(`${say[0]?.toUpperCase()}${say.slice(1)}.`))
const like = (pattern: RegExp, say: string): Texts =>
  v.pipe(v.string(say), v.regex(pattern, say), v.description(`${say[0]?.toUpperCase()}${say.slice(1)}.`))
const choice = <const N extends readonly string[]>(...names: N): v.PicklistSchema<N, undefined> =>
  v.picklist(names)
const count = (least: number): v.GenericSchema<number> => {
  const say = `a whole number, ${least} or more`
  return v.pipe(v.number(say), v.integer(say), v.minValue(least, say))
}
const list = <S extends v.GenericSchema>(item: S, say: string) =>
  v.pipe(v.array(item, say), v.minLength(1, say))

const timeWords = 'a length of time, as in 250ms, 10s, 5m, 1h'
const time = v.pipe(
  v.string(timeWords),
  v.regex(/^\d+(?:\.\d+)?(?:ms|s|m|h)$/, timeWords),
  // What is no time was told already.
  v.check(
    (given) => !/^\d+(?:\.\d+)?(?:ms|s|m|h)$/.test(given) || isTime(given),
    'a length of time of 24 days at most',
  ),
  v.description('A length of time, as in 250ms, 10s, 5m, 1h.'),
)
const words = v.union([text('a command'), list(v.string('a word of the command'), 'a command')])
const key = text('the name of a key')
const keys = v.union([key, list(key, 'a key, or a list of keys')])
const path = text('a path')
const url = like(/^[Hh][Tt][Tt][Pp][Ss]?:\/\/./, 'a URL that begins with http:// or https://')
const signal = like(/^[A-Za-z\d]+$/, 'the name of a signal, as in HUP')

const mount = v.strictObject({
  path,
  keys: o(keys),
  settle: o(v.union([time, v.strictObject({ quiet: time, max: time })])),
  resync: o(v.union([time, v.literal(false)])),
  polling: o(time),
  wait: o(time),
  emptied: o(choice('hold', 'accept')),
  maxBytes: o(count(1)),
})

const run = v.strictObject({
  command: words,
  env: o(v.union([v.strictObject({ dotenv: keys }), v.strictObject({ keys: v.literal(true) })])),
  stopSignal: o(signal),
  grace: o(time),
  restartPolicy: o(choice('never', 'on-failure', 'always')),
})

const target = v.union([
  v.strictObject({ process: text('the name of a process') }),
  v.strictObject({ pidFile: path }),
  v.strictObject({ match: text('a pattern that the command line matches') }),
])

const probe = v.union([
  v.union([like(/^(?:alive|new-workers|[Hh][Tt][Tt][Pp][Ss]?:\/\/.+)$/, 'a URL, alive or new-workers')]),
  v.strictObject({
    http: url,
    status: o(count(100)),
    body: o(text('a text that the answer holds')),
    times: o(count(1)),
    within: o(time),
  }),
  v.strictObject({
    tcp: like(/^(?:unix:\/.+|.*:\d{1,5})$/, 'an address, as in 127.0.0.1:6379'),
    within: o(time),
  }),
  v.strictObject({ command: words, within: o(time) }),
  v.literal(false),
])

const server = v.strictObject({
  name: text('the name of a server'),
  command: o(words),
  within: o(time),
  maxDraining: o(count(0)),
  socket: o(path),
  statusUrl: o(url),
  url: o(url),
  reload: o(choice('post', 'signal')),
})

const request = {
  url,
  headers: o(v.record(v.string(), v.string('text'))),
  status: o(v.union([count(100), list(count(100), 'a status, or a list of them')])),
  timeout: o(time),
  bearerFile: o(path),
  tls: o(v.strictObject({ ca: o(path), cert: o(path), key: o(path) })),
  hmacFile: o(path),
}

const action: v.GenericSchema<ActionConfig> = v.lazy(() => v.strictObject(actionEntries))

const actionEntries = {
  server: o(v.union([text('the name of a server'), server])),
  signal: o(signal),
  command: o(words),
  restart: o(v.literal(true)),
  webhook: o(v.union([url, v.strictObject({ ...request, method: o(choice('POST', 'PUT', 'GET')) })])),
  push: o(v.strictObject({ key, ...request, method: o(choice('POST', 'PUT')), readBack: o(v.boolean()) })),
  stage: o(
    v.strictObject({
      into: path,
      keep: o(count(0)),
      check: o(words),
      render: o(v.record(v.string(), v.union([v.strictObject({ file: path }), v.strictObject({ key })]))),
      next: o(action),
    }),
  ),
  chain: o(list(action, 'a list of things to do')),
  on: o(keys),
  to: o(target),
  check: o(v.union([words, v.literal(false)])),
  verify: o(probe),
}

const lease = like(
  /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/,
  'the name of a Lease, as in shop-config: small letters, digits, dashes and dots',
)
const turn = v.strictObject({
  lease,
  namespace: o(text('the name of a namespace')),
  wait: o(time),
  duration: o(time),
  retry: o(time),
})

const reaction = v.strictObject({
  ...actionEntries,
  name: o(text('a name')),
  timeout: o(time),
  cooldown: o(time),
  splay: o(time),
  oneAtATime: o(v.union([lease, turn])),
  initial: o(v.boolean()),
  retry: o(
    v.union([v.literal(false), v.strictObject({ attempts: o(count(1)), min: o(time), max: o(time) })]),
  ),
  breaker: o(v.strictObject({ max: count(1), within: time })),
})

const address = v.union([text('an address, as in 9533'), count(0)])

const listen = v.strictObject({
  address,
  tokenFile: o(path),
  stale: o(time),
})

const schema = v.strictObject({
  $schema: o(v.string()),
  mounts: v.record(v.string(), v.union([path, mount]), 'names with paths, as in web: /etc/nginx/conf.d'),
  reactions: list(reaction, 'a list of reactions'),
  run: o(v.union([words, run])),
  listen: o(v.union([address, listen])),
  report: o(v.union([v.boolean(), v.strictObject({ events: o(v.boolean()), annotate: o(v.boolean()) })])),
  log: o(choice('auto', 'json')),
})

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T
/** Nothing is assignable to `A` that is not to `B`, and no name is in one of them alone. */
type Names<T> = T extends object ? { readonly [K in keyof T]-?: Names<NonNullable<T[K]>> } : 0
type Same<A, B> = [A, Names<A>] extends [B, Names<B>]
  ? [B, Names<B>] extends [A, Names<A>]
    ? typeof schema
    : never
  : never
// The type, which people read, and the schema, which machines read, say the same, or this does not compile.
const judged: Same<DeepReadonly<v.InferInput<typeof schema>>, DeepReadonly<Config>> = schema

/** The schema of a {@link Config}. */
export const configSchema: v.GenericSchema = judged

/** What does not fit a part of the schema. */
export const issuesIn = (part: SchemaPart, value: unknown): readonly SchemaIssue[] => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a part of the schema is a schema of the library
  const { issues } = v.safeParse(part as unknown as v.GenericSchema, value)
  return issues ?? []
}
