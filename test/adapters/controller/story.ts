import { stampName, stateName } from '../../../packages/adapters/src/controller/annotation-names.js'
import type { Present } from '../../../packages/adapters/src/controller/candidates.js'
import type { Subject } from '../../../packages/adapters/src/controller/decide.js'
import { usualOptions } from '../../../packages/adapters/src/controller/open-controller.js'
import { openPatterns } from '../../../packages/adapters/src/controller/patterns.js'
import { type Plan, type PlanRules, planOf } from '../../../packages/adapters/src/controller/plan.js'
import { referencesOf } from '../../../packages/adapters/src/controller/references.js'
import { writeState } from '../../../packages/adapters/src/controller/state.js'

const patterns = await openPatterns()
export const t0 = Date.parse('2026-03-02T12:00:00Z')
export const minute = 60_000

/** One workload through time: what a plan says is written down, as the controller would. */
export class Story {
  nowMs = t0
  rules: PlanRules = { ...usualOptions, patterns, hashing: '1' }
  annotations: Record<string, string> = { 'reloader.stakater.com/auto': 'true' }
  template: Record<string, string> = {}
  kind: Subject['kind'] = 'Deployment'
  present = new Map<string, Present>()
  taken = false
  seen: { firstMs: number; lastMs: number; digest: string } | undefined
  rollouts = 0

  constructor() {
    this.put('configmap/shop', { a: '1' })
    this.settle()
  }

  put(id: string, hashes: Record<string, string> | undefined, annotations = {}): this {
    const [kind, name = ''] = id.split('/')
    if (hashes)
      this.present.set(id, { kind: kind === 'secret' ? 'Secret' : 'ConfigMap', name, hashes, annotations })
    else this.present.delete(id)
    return this
  }

  plan(): Plan {
    const spec = {
      containers: [
        { name: 'app', envFrom: [{ configMapRef: { name: 'shop' } }, { secretRef: { name: 'db' } }] },
        { name: 'side', env: [{ valueFrom: { configMapKeyRef: { name: 'one', key: 'k' } } }] },
      ],
    }
    const subject: Subject = {
      kind: this.kind,
      annotations: this.annotations,
      templateAnnotations: this.template,
      references: referencesOf(spec),
      containers: ['app', 'side'],
    }
    return planOf(
      subject,
      { get: (id) => this.present.get(id), all: () => this.present.values() },
      {
        nowMs: this.nowMs,
        seen: (digest) => {
          if (this.seen?.digest !== digest)
            this.seen = { firstMs: this.seen?.firstMs ?? this.nowMs, lastMs: this.nowMs, digest }
          return this.seen
        },
        reported: undefined,
        remembered: undefined,
        isOutdated: false,
        isTurnTaken: () => this.taken,
      },
      this.rules,
    )
  }

  /** What the controller would do now; `wait coalesce` and so on. */
  step(): string {
    const plan = this.plan()
    if ('state' in plan && plan.state)
      this.annotations = { ...this.annotations, [stateName]: writeState(plan.state) }
    if (plan.do === 'roll') {
      this.template = { ...this.template, [stampName]: plan.stamp.digest }
      this.rollouts += 1
    }
    if (plan.do !== 'wait') this.seen = undefined
    return plan.do === 'wait' ? `wait ${plan.for}` : plan.do
  }

  /** As long as something is written. */
  settle(): string {
    for (let said = this.step(); ; said = this.step()) if (said !== 'adopt' && said !== 'roll') return said
  }

  /** Later, with the gathering over. */
  after(ms: number): this {
    this.nowMs += ms
    return this
  }

  /** A change and its gathering. */
  changed(hashes: Record<string, string>, id = 'configmap/shop'): string {
    this.put(id, hashes).step()
    return this.after(2000).step()
  }
}

/** One that is adopted already. */
export const story = (annotations: Record<string, string> = {}): Story => {
  const tale = new Story()
  tale.annotations = { ...tale.annotations, ...annotations }
  tale.settle()
  return tale
}
