import { describe, expect, it } from 'vitest'
import { entryOf } from '../../../packages/adapters/src/cli/controller-words.js'
import { happeningOf } from '../../../packages/adapters/src/controller/announce.js'
import { describeDifferences } from '../../../packages/adapters/src/controller/difference.js'
import type { RollReport } from '../../../packages/adapters/src/controller/report.js'
import { variableName } from '../../../packages/adapters/src/controller/stamp.js'

const workload = { kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u' } as const
const differences = [{ resource: 'configmap/app', what: 'changed', keys: ['app.yaml', 'log.level'] }] as const
const digest = '0123456789abcdef'
const waiting = (reason: 'approval' | 'breaker' | 'coalesce' | 'window'): RollReport => ({
  workload,
  outcome: 'waiting',
  for: reason,
  untilMs: undefined,
  digest,
  differences,
})
const rolled: RollReport = { workload, outcome: 'rolled', digest, differences, waitedMs: 1200, dryRun: false }

describe('what is told of a report', () => {
  it.each<[report: RollReport, event: string | undefined, log: string]>([
    [
      rolled,
      'Normal ConfigRolled: rolls for configmap/app (app.yaml, log.level); digest 0123456789abcdef',
      'info shop/deployment/web rolls for configmap/app (app.yaml, log.level)',
    ],
    [
      { ...rolled, dryRun: true },
      undefined,
      'info shop/deployment/web would roll for configmap/app (app.yaml, log.level)',
    ],
    [
      { workload, outcome: 'complete', digest, tookMs: 12_300 },
      'Normal ConfigApplied: every pod runs with digest 0123456789abcdef',
      'info shop/deployment/web every pod runs with 0123456789abcdef after 12.3 s',
    ],
    [
      { workload, outcome: 'stuck', digest },
      'Warning RolloutStuck: the rollout of digest 0123456789abcdef does not become ready; nothing else of its turn rolls meanwhile',
      'warn shop/deployment/web the rollout of 0123456789abcdef does not become ready',
    ],
    [
      waiting('approval'),
      'Normal RolloutNeedsApproval: configmap/app (app.yaml, log.level) changed; to roll: kubectl -n shop annotate --overwrite deployment/web hotmount.dev/approve=0123456789abcdef',
      'info shop/deployment/web waits for approval: configmap/app (app.yaml, log.level)',
    ],
    [
      waiting('breaker'),
      'Warning RolloutHeld: rolled too often: held until its config is steady, or somebody annotates it with a new hotmount.dev/release',
      'warn shop/deployment/web waits held: it rolled too often; until its config is steady or a person releases it: configmap/app (app.yaml, log.level)',
    ],
    [
      waiting('coalesce'),
      undefined,
      'info shop/deployment/web waits for more changes: configmap/app (app.yaml, log.level)',
    ],
    [
      {
        workload,
        outcome: 'failed',
        digest,
        code: 'TARGET_FORBIDDEN',
        message: 'may not',
        hint: 'give it',
        retryInMs: 5,
      },
      'Warning RolloutFailed: TARGET_FORBIDDEN: may not; give it',
      'error shop/deployment/web could not be written: may not',
    ],
    [
      { workload, outcome: 'complaint', annotation: 'hotmount.dev/rate', hint: 'write 3/1h' },
      'Warning BadAnnotation: hotmount.dev/rate: write 3/1h',
      'warn shop/deployment/web the annotation hotmount.dev/rate cannot be used',
    ],
    [
      { workload, outcome: 'resumed' },
      'Normal PauseEnded: goes on: its pause is over',
      'info shop/deployment/web goes on: a pause that was left behind is over',
    ],
    [
      { workload, outcome: 'adopted' },
      undefined,
      'info shop/deployment/web its config is noted, nothing is rolled',
    ],
  ])('$outcome', (report, event, log) => {
    const happening = happeningOf(report)
    expect(happening && `${happening.type} ${happening.reason}: ${happening.message}`).toBe(event)
    const { level, text } = entryOf(report)
    expect(`${level} ${text}`).toBe(log)
  })
  it('names no more than five keys, and what came or went', () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    expect(
      describeDifferences([
        { resource: 'configmap/x', what: 'changed', keys },
        { resource: 'secret/y', what: 'deleted', keys: [] },
      ]),
    ).toBe('configmap/x (a, b, c, d, e and 2 more), secret/y was deleted')
  })
})

describe("a variable's name", () => {
  it.each([
    ['configmap/shop', 'STAKATER_SHOP_CONFIGMAP'],
    ['secret/shop-db.main', 'STAKATER_SHOP_DB_MAIN_SECRET'],
    ['configmap/--9x..y', 'STAKATER_9X_Y_CONFIGMAP'],
  ])('%s', (resource, name) => {
    expect(variableName(resource)).toBe(name)
  })
})
