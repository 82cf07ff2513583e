import { UsageError } from '@hotmount/core'
import { commaList, goBool } from '../controller/go-bool.js'
import type { ResourceKind, WorkloadKind } from '../controller/kinds.js'
import { readCalendar } from '../controller/calendar.js'
import { type ControllerOptions, usualOptions } from '../controller/open-controller.js'
import { type Defaults, readDeadline, readGathering, readQuota } from '../controller/policy.js'
import { readSelector } from '../controller/selectors.js'
import { everywhere } from '../controller/turns.js'
import { type Args, readArgs, splitAtDashes } from './args.js'
import { type ControllerFlag, controllerFlags } from './controller-flags.js'
import { namesOf } from './controller-names.js'
import type { Io } from './io.js'

/** A command line of `hotmount controller`, understood. */
export interface ControllerPlan {
  readonly options: Omit<ControllerOptions, 'client' | 'hashKey' | 'clock'>
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly hashKeyFile: string | undefined
  /** Undefined: act without one. */
  readonly lease: string | undefined
  readonly listen: string | undefined
  readonly json: boolean
  readonly level: 'info' | 'warn' | 'error'
  /** What was asked for and needs no doing. */
  readonly notices: readonly string[]
}

type Read = Args<ControllerFlag>

const bad = (message: string, hint?: string): UsageError => new UsageError('BAD_OPTION', message, { hint })

const isSwitch = (name: string): boolean =>
  Object.entries(controllerFlags).some(([known, { value }]) => known === name && value === undefined)

/**
 * Go's ways with flags: `--enable-ha=true`, `--enable-ha=false` for none, and `--log-format=` for the usual one.
 *
 * @throws UsageError BAD_OPTION
 */
const withoutGoWays = (argv: readonly string[]): readonly string[] => {
  const [ours, rest] = splitAtDashes(argv)
  if (rest) throw bad('the controller wraps no command', 'leave out what follows --')
  return ours.flatMap((word) => {
    const [, name = '', text] = /^--([\w-]+)=(.*)$/s.exec(word) ?? []
    if (text === '' && Object.hasOwn(controllerFlags, name)) return []
    if (text === undefined || !isSwitch(name)) return [word]
    const on = goBool(text)
    if (on === undefined) throw bad(`--${name}: neither true nor false`)
    return on ? [`--${name}`] : []
  })
}

const listOf = (args: Read, flag: ControllerFlag): readonly string[] => args.all(flag).flatMap(commaList)

const boolOf = (args: Read, flag: ControllerFlag): boolean => {
  const text = args.one(flag)
  if (text === undefined) return false
  const on = goBool(text)
  if (on === undefined) throw bad(`--${flag}: neither true nor false`, `write --${flag} true`)
  return on
}

const refuse = (args: Read): void => {
  if (args.has('enable-csi-integration'))
    throw bad(
      '--enable-csi-integration: volumes of the CSI driver are not looked at through the API',
      'their files change in the pod: have the container reload them with hotmount run, or roll with a Secret that the driver syncs',
    )
  if (args.has('enable-pprof') || args.has('pprof-addr'))
    throw bad(
      '--enable-pprof: this is no program of Go',
      'set the variable NODE_OPTIONS=--cpu-prof, or --inspect',
    )
}

const resourcesOf = (args: Read): ReadonlySet<ResourceKind> => {
  const kinds: Readonly<Record<string, ResourceKind>> = { configmaps: 'ConfigMap', secrets: 'Secret' }
  const ignored = listOf(args, 'resources-to-ignore').map((word) => {
    const kind = kinds[word.toLowerCase()]
    if (!kind)
      throw bad(`--resources-to-ignore: there is no ${JSON.stringify(word)}`, 'write configmaps or secrets')
    return kind
  })
  if (args.has('secrets-by-pods')) ignored.push('Secret')
  const left = new Set(Object.values(kinds).filter((kind) => !ignored.includes(kind)))
  if (left.size === 0 && !args.has('secrets-by-pods'))
    throw bad('--resources-to-ignore: with both of them ignored there is nothing to do')
  return left
}

const workloadsOf = (args: Read): ReadonlySet<WorkloadKind> => {
  const kinds: Readonly<Record<string, WorkloadKind>> = { jobs: 'Job', cronjobs: 'CronJob' }
  const read = (flag: 'rerun' | 'ignored-workload-types'): readonly WorkloadKind[] =>
    listOf(args, flag).map((word) => {
      const kind = kinds[word.toLowerCase()]
      if (!kind) throw bad(`--${flag}: there is no ${JSON.stringify(word)}`, 'write jobs or cronjobs')
      return kind
    })
  const ignored = read('ignored-workload-types')
  const clash = read('rerun').find((kind) => ignored.includes(kind))
  if (clash) throw bad(`--rerun and --ignored-workload-types: both name ${clash.toLowerCase()}s`)
  return new Set([
    ...usualOptions.workloads,
    ...(boolOf(args, 'is-Argo-Rollouts') ? (['Rollout'] as const) : []),
    ...read('rerun'),
  ])
}

const scopeOf = (args: Read, env: Io['env']): ControllerOptions['scope'] => {
  const named = listOf(args, 'namespaces')
  const usual = commaList(env['KUBERNETES_NAMESPACE'])
  const namespaces = named.length > 0 ? named : usual
  const ignored = listOf(args, 'namespaces-to-ignore')
  const namespaceSelector = readSelector(args.all('namespace-selector'), '--namespace-selector')
  if (named.length > 0 && (ignored.length > 0 || namespaceSelector !== undefined))
    throw bad(
      '--namespaces: goes with neither --namespaces-to-ignore nor --namespace-selector',
      'the namespaces that are named are all that is looked at',
    )
  return {
    namespaces: namespaces.length > 0 ? [...new Set(namespaces)] : ['*'],
    ignoredNamespaces: new Set(ignored),
    namespaceSelector,
    labelSelector: readSelector(args.all('resource-label-selector'), '--resource-label-selector'),
  }
}

const defaultsOf = (args: Read): Defaults => {
  const { defaults: usual } = usualOptions
  const read = <T>(
    flag: 'coalesce' | 'rate' | 'breaker' | 'window' | 'deadline',
    parse: (text: string, option: string) => T,
    fallback: T,
  ): T => {
    const text = args.one(flag)
    return text === undefined ? fallback : parse(text, `--${flag}`)
  }
  return {
    coalesce: read('coalesce', readGathering, usual.coalesce),
    rate: read('rate', readQuota, usual.rate),
    breaker: read('breaker', readQuota, usual.breaker),
    window: read('window', readCalendar, usual.window),
    turn: args.has('one-at-a-time') ? everywhere : usual.turn,
    needsApproval: args.has('approval'),
    deadlineMs: read('deadline', readDeadline, usual.deadlineMs),
  }
}

const strategyOf = (args: Read): ControllerOptions['strategy'] => {
  const text = args.one('reload-strategy') ?? 'default'
  if (text === 'default' || text === 'annotations') return 'annotations'
  if (text === 'env-vars') return text
  throw bad(`--reload-strategy: there is no ${JSON.stringify(text)}`, 'write annotations or env-vars')
}

const formatOf = (args: Read): boolean => {
  const text = args.one('log-format') ?? ''
  if (!['', 'json', 'text'].includes(text))
    throw bad(`--log-format: there is no ${JSON.stringify(text)}`, 'write json')
  return args.has('json') || text === 'json'
}

const levels: Readonly<Record<string, ControllerPlan['level']>> = {
  trace: 'info',
  debug: 'info',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  fatal: 'error',
  panic: 'error',
}

const levelOf = (args: Read): ControllerPlan['level'] => {
  const text = args.one('log-level') ?? 'info'
  const level = Object.hasOwn(levels, text.toLowerCase()) ? levels[text.toLowerCase()] : undefined
  if (!level) throw bad(`--log-level: there is no ${JSON.stringify(text)}`, 'write info, warn or error')
  return level
}

const leaseOf = (args: Read): string | undefined => {
  const given = (['lease', 'enable-ha', 'no-lease'] as const).filter((flag) => args.has(flag))
  if (given.length > 1) throw bad(`--${given.join(' and --')}: one excludes the other`)
  if (args.has('no-lease') || args.has('dry-run')) return undefined
  return args.has('enable-ha') ? 'stakater-reloader-lock' : (args.one('lease') ?? 'hotmount-controller')
}

const noticesOf = (args: Read, env: Io['env']): readonly string[] => [
  ...(args.has('sync-after-restart')
    ? ['--sync-after-restart is not needed: what changed while it was down is always found']
    : []),
  ...(env['ALERT_ON_RELOAD'] === 'true'
    ? ['ALERT_ON_RELOAD is not read: make the alert from the Events ConfigRolled, or from the metrics']
    : []),
]

/** Reads a command line. Nothing is opened yet. @throws UsageError */
export const controllerPlan = (argv: readonly string[], env: Io['env']): ControllerPlan => {
  const args = readArgs(withoutGoWays(argv), controllerFlags, {
    refuseWord: (word) => bad(`the controller takes no words, and ${JSON.stringify(word)} is one`),
    env,
    either: [['lease', 'enable-ha', 'no-lease']],
  })
  refuse(args)
  const listen = args.one('listen') ?? ':9090'
  return {
    options: {
      scope: scopeOf(args, env),
      resources: resourcesOf(args),
      workloads: workloadsOf(args),
      names: namesOf(args),
      autoAll: args.has('auto-reload-all'),
      onCreate: boolOf(args, 'reload-on-create'),
      onDelete: boolOf(args, 'reload-on-delete'),
      strategy: strategyOf(args),
      defaults: defaultsOf(args),
      dryRun: args.has('dry-run'),
      secretsByPods: args.has('secrets-by-pods'),
      webhookUrl: args.one('webhook-url'),
    },
    kubeconfig: args.one('kubeconfig'),
    context: args.one('context'),
    hashKeyFile: args.one('hash-key-file'),
    lease: leaseOf(args),
    listen: listen === 'off' ? undefined : listen,
    json: formatOf(args),
    level: levelOf(args),
    notices: noticesOf(args, env),
  }
}
