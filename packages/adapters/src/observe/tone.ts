import type { Status } from '@hotmount/core'
import { Html, markup } from './html.js'
import type { MomentJson, ReactionJson, ReportJson } from './status.js'

/** How much something matters to who is on call. Never told by colour alone: each has a shape and a word. */
export type Tone = 'good' | 'busy' | 'calm' | 'warn' | 'bad'

const shapes: Readonly<Record<Tone, string>> = {
  good: '<circle cx="8" cy="8" r="7"/><path d="m4.7 8.3 2.3 2.3 4.4-4.9"/>',
  busy: '<circle cx="8" cy="8" r="7"/><path d="M8 4v4.2l2.6 1.6"/>',
  calm: '<circle cx="8" cy="8" r="7"/><path d="M5 8h6"/>',
  warn: '<path class="fill" d="M8 1.2 15.3 14.3H.7Z"/><path d="M8 6v3.6M8 11.7v.4"/>',
  bad: '<path class="fill" d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z"/><path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8"/>',
}

/** The shape of a tone; the word beside it says the same. */
export const icon = (tone: Tone): Html =>
  new Html(
    `<svg class="icon ${tone}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${shapes[tone]}</svg>`,
  )

/** A word on its tone. */
export const badge = (tone: Tone, word: string): Html =>
  markup`<span class="badge ${tone}">${icon(tone)}${word}</span>`

const stateTones: Readonly<Record<Status['state'], Tone>> = {
  inSync: 'good',
  pending: 'busy',
  running: 'busy',
  rejected: 'warn',
  dirty: 'bad',
  held: 'warn',
}

/** The state that matters to who is on call: in doubt also while it is tried again, or held. */
export const gravest = ({ state, inDoubtSince }: ReactionJson): Status['state'] =>
  inDoubtSince === null ? state : 'dirty'

/** The tone of a reaction. */
export const reactionTone = (one: ReactionJson): Tone => (one.closed ? 'bad' : stateTones[gravest(one)])

/** The tones of what became of an attempt. */
export const outcomeTones: Readonly<Record<ReportJson['outcome'], Tone>> = {
  applied: 'good',
  skipped: 'calm',
  rejected: 'warn',
  failed: 'bad',
  rolledBack: 'bad',
}

// As bad as it gets, first.
const order: readonly Tone[] = ['bad', 'warn', 'busy', 'good', 'calm']

/** The one that matters most; `calm` of none. */
export const worst = (tones: readonly Tone[]): Tone => order.find((tone) => tones.includes(tone)) ?? 'calm'

/** The tone of something that happened. */
export const momentTone = ({ kind, results = [] }: MomentJson): Tone => {
  if (kind === 'trouble') return 'bad'
  return kind === 'recovered' ? 'good' : worst(results.map(({ outcome }) => outcomeTones[outcome]))
}
