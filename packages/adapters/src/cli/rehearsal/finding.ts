import { type Paint, showName } from '../paint.js'
import type { Verdict } from './verdict.js'

/** What a change of some mounts would do. */
export interface Finding {
  readonly mounts: readonly string[]
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  readonly reactions: readonly Verdict[]
}

const marks = {
  skipped: ['dim', '-'],
  accepted: ['green', '✓'],
  unchecked: ['green', '✓'],
  undecided: ['yellow', '?'],
  refused: ['red', '✗'],
} as const

const words = {
  skipped: 'would not run: no key of it changes',
  accepted: 'would run: its check accepts it',
  unchecked: 'would run: it has no check',
  undecided: 'would run: its check reads what is mounted, and cannot be asked about a candidate',
  refused: 'would not be applied: its check refuses it',
} as const

const keysIn = ({ added, changed, removed }: Finding, paint: Paint): string =>
  [
    ...added.map((key) => paint('green', `+${showName(key)}`)),
    ...changed.map((key) => paint('yellow', `~${showName(key)}`)),
    ...removed.map((key) => paint('red', `-${showName(key)}`)),
  ].join(' ')

const countText = (count: number): string =>
  count === 1 ? '1 key as it is mounted' : `${count} keys as they are mounted`

const line = ({ reaction, outcome, error }: Verdict, paint: Paint): string => {
  const [style, mark] = marks[outcome]
  const head = `  ${paint(style, mark)} ${paint('bold', reaction)} ${words[outcome]}`
  if (!error) return head
  const hint = error.hint === undefined ? [] : [`    → ${error.hint}`]
  return [head, ...error.message.split('\n').map((text) => `    ${text}`), ...hint].join('\n')
}

/** All of it for people. */
export const findingText = (findings: readonly Finding[], isCandidate: boolean, paint: Paint): string =>
  [
    ...findings.flatMap((finding) => {
      const keys = keysIn(finding, paint)
      const names = paint('bold', finding.mounts.join(' + '))
      const what = isCandidate ? keys || 'nothing would change' : countText(finding.added.length)
      return [`${names} ${what}`, ...finding.reactions.map((verdict) => line(verdict, paint))]
    }),
    'nothing was applied',
    '',
  ].join('\n')
