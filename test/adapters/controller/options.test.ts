import { readFileSync } from 'node:fs'
import { UsageError } from '@hotmount/core'
import { describe, expect, it } from 'vitest'
import { controllerFlags } from '../../../packages/adapters/src/cli/controller-flags.js'
import { type ControllerPlan, controllerPlan } from '../../../packages/adapters/src/cli/controller-options.js'
import { controllerPage } from '../../../packages/adapters/src/cli/controller-page.js'
import { splitWords } from '../../../packages/adapters/src/cli/words.js'

const plan = (line: string, env: Record<string, string> = {}): ControllerPlan =>
  controllerPlan(splitWords(line, 'line'), env)
const refusal = (line: string): UsageError => {
  try {
    plan(line)
  } catch (error) {
    if (error instanceof UsageError) return error
  }
  throw new Error(`not refused: ${line}`)
}

describe('the flags of Reloader', () => {
  it.each<[line: string, understood: object]>([
    ['', { lease: 'hotmount-controller', listen: ':9090', json: false, level: 'info', notices: [] }],
    ['--auto-reload-all', { options: { autoAll: true } }],
    ['--auto-reload-all=true', { options: { autoAll: true } }],
    ['--auto-reload-all=false', { options: { autoAll: false } }],
    ['--auto-annotation x/a', { options: { names: { auto: 'x/a' } } }],
    ['--configmap-annotation x/a', { options: { names: { byKind: { ConfigMap: { reload: 'x/a' } } } } }],
    ['--secret-annotation x/a', { options: { names: { byKind: { Secret: { reload: 'x/a' } } } } }],
    ['--configmap-auto-annotation x/a', { options: { names: { byKind: { ConfigMap: { auto: 'x/a' } } } } }],
    ['--secret-auto-annotation=x/a', { options: { names: { byKind: { Secret: { auto: 'x/a' } } } } }],
    ['--ignore-annotation x/a', { options: { names: { ignore: 'x/a' } } }],
    ['--auto-search-annotation x/a', { options: { names: { search: 'x/a' } } }],
    ['--search-match-annotation x/a', { options: { names: { match: 'x/a' } } }],
    ['--pause-deployment-annotation x/a', { options: { names: { pausePeriod: 'x/a' } } }],
    ['--pause-deployment-time-annotation x/a', { options: { names: { pausedAt: 'x/a' } } }],
    ['--reload-strategy annotations', { options: { strategy: 'annotations' } }],
    ['--reload-strategy default', { options: { strategy: 'annotations' } }],
    ['--reload-strategy=env-vars', { options: { strategy: 'env-vars' } }],
    ['--reload-on-create true', { options: { onCreate: true, onDelete: false } }],
    ['--reload-on-delete=true', { options: { onCreate: false, onDelete: true } }],
    ['--reload-on-delete=false', { options: { onDelete: false } }],
    ['--sync-after-restart', { notices: [expect.stringContaining('not needed')] }],
    [
      '--is-Argo-Rollouts=true',
      { options: { workloads: new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Rollout']) } },
    ],
    [
      '--is-Argo-Rollouts false',
      { options: { workloads: new Set(['Deployment', 'StatefulSet', 'DaemonSet']) } },
    ],
    ['--webhook-url http://x/', { options: { webhookUrl: 'http://x/' } }],
    ['--resources-to-ignore configMaps', { options: { resources: new Set(['Secret']) } }],
    ['--resources-to-ignore=secrets', { options: { resources: new Set(['ConfigMap']) } }],
    [
      '--ignored-workload-types=jobs,cronjobs',
      { options: { workloads: new Set(['Deployment', 'StatefulSet', 'DaemonSet']) } },
    ],
    ['--rerun jobs', { options: { workloads: new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']) } }],
    ['--namespaces a,b --namespaces c', { options: { scope: { namespaces: ['a', 'b', 'c'] } } }],
    [
      '--namespaces-to-ignore=a,b',
      { options: { scope: { namespaces: ['*'], ignoredNamespaces: new Set(['a', 'b']) } } },
    ],
    ['--namespace-selector=a:b,c:*', { options: { scope: { namespaceSelector: 'a=b,c' } } }],
    ['--resource-label-selector a=b', { options: { scope: { labelSelector: 'a=b' } } }],
    ['--enable-ha=true', { lease: 'stakater-reloader-lock' }],
    ['--enable-ha=false', { lease: 'hotmount-controller' }],
    ['--log-format json', { json: true }],
    ['--log-format=', { json: false }],
    ['--log-level warning', { level: 'warn' }],
    ['--log-level=debug', { level: 'info' }],
    ['--enable-pprof=false', {}],
    ['--enable-csi-integration=false', {}],
  ])('%s', (line, understood) => {
    expect(plan(line)).toMatchObject(understood)
  })

  it.each([
    ['--enable-csi-integration', 'hotmount run'],
    ['--enable-pprof', 'NODE_OPTIONS'],
    ['--pprof-addr :6060', 'NODE_OPTIONS'],
    ['--reload-strategy restart', 'annotations or env-vars'],
    ['--resources-to-ignore configmaps,secrets', ''],
    ['--resources-to-ignore pods', 'configmaps or secrets'],
    ['--ignored-workload-types pods', 'jobs or cronjobs'],
    ['--rerun jobs --ignored-workload-types jobs', ''],
    ['--reload-on-create maybe', 'true'],
    ['--auto-reload-all=maybe', ''],
    ['--is-argo-rollouts true', ''],
    ['--namespaces a --namespaces-to-ignore b', 'all that is looked at'],
    ['--namespaces a --namespace-selector b', 'all that is looked at'],
    ['--namespace-selector "a b"', 'team=shop'],
    ['--lease x --enable-ha', ''],
    ['--no-lease --lease x', ''],
    ['--window nights', 'Mon-Fri'],
    ['--breaker often', '3/1h'],
    ['--coalesce 1m:1s', '5s:1m'],
    ['--log-level loud', 'info, warn or error'],
    ['--log-format xml', 'json'],
    ['word', ''],
    ['-- command', ''],
    ['--webhook', ''],
  ])('%s is refused with a remedy', (line, remedy) => {
    const { message, hint = '' } = refusal(line)
    expect(`${message} ${hint}`).toContain(remedy)
  })

  it('include each one that Reloader has', () => {
    const reference = readFileSync(new URL('reloader.flags', import.meta.url), 'utf8')
    const theirs = reference.split('\n').filter((name) => name !== '')
    expect(theirs.filter((name) => !Object.hasOwn(controllerFlags, name))).toEqual([])
    expect(theirs.length).toBeGreaterThan(25)
  })

  it('find the namespace in the environment, weaker than a flag', () => {
    const env = { KUBERNETES_NAMESPACE: 'shop' }
    expect(plan('', env).options.scope.namespaces).toEqual(['shop'])
    expect(plan('--namespaces a', env).options.scope.namespaces).toEqual(['a'])
    expect(plan('', { HOTMOUNT_NAMESPACES: 'x,y' }).options.scope.namespaces).toEqual(['x', 'y'])
    expect(plan('', { ALERT_ON_RELOAD: 'true' }).notices).toEqual([expect.stringContaining('Events')])
  })
})

describe('when it rolls', () => {
  it.each<[line: string, defaults: object]>([
    [
      '',
      {
        coalesce: { quietMs: 1000, maxMs: 10_000 },
        breaker: { max: 10, withinMs: 1_800_000 },
        needsApproval: false,
      },
    ],
    ['--coalesce 5s', { coalesce: { quietMs: 5000, maxMs: 20_000 } }],
    ['--coalesce 5s:1m30s', { coalesce: { quietMs: 5000, maxMs: 90_000 } }],
    ['--rate 3/1h', { rate: { max: 3, withinMs: 3_600_000 } }],
    ['--breaker off', { breaker: undefined }],
    ['--one-at-a-time', { turn: '*' }],
    ['--approval', { needsApproval: true }],
  ])('%s', (line, defaults) => {
    expect(plan(line).options.defaults).toMatchObject(defaults)
  })
  it('a dry run needs no Lease', () => {
    expect(plan('--dry-run')).toMatchObject({ lease: undefined, options: { dryRun: true } })
  })
})

describe('the page', () => {
  it('has examples that are understood', () => {
    for (const [, example] of controllerPage.examples)
      expect(() => plan(example.replace('hotmount controller', '').replace('\\\n', ''))).not.toThrow()
  })
})
