import type { Report } from '@hotmount/core'
import { type Html, markup } from './html.js'
import { ago, clockTime, keyName, revisionName } from './page-words.js'
import type { MomentJson, StatusJson } from './status.js'
import { badge, icon, momentTone, outcomeTones } from './tone.js'
import { outcomeWords, span } from './words.js'

type ResultJson = NonNullable<MomentJson['results']>[number]

const marks = [
  ['added', '+'],
  ['changed', '~'],
  ['removed', '−'],
] as const

const keyChips = (moment: MomentJson): Html | undefined => {
  const chips = marks.flatMap(([what, mark]) =>
    (moment[what] ?? []).map(
      (key) =>
        markup`<li class="key ${what}"><b title="${what}">${mark}<i> ${what} </i></b>${keyName(key)}</li>`,
    ),
  )
  const { more = 0 } = moment
  if (chips.length === 0) return undefined
  const rest = more > 0 ? markup`<li class="small">and ${more} more</li>` : undefined
  return markup`<ul class="keys">${chips}${rest}</ul>`
}

/** The reason of a refusal with its remedy, or the proof. */
const why = ({ error, reason, outcome }: ResultJson): Html | undefined => {
  if (error) {
    const hint =
      error.hint === undefined ? undefined : markup`<p class="hint"><b>What to do:</b> ${error.hint}</p>`
    return markup`<pre class="reason" tabindex="0">${error.message}</pre>${hint}`
  }
  if (reason === undefined) return undefined
  return markup`<p class="${outcome === 'applied' ? 'proof' : 'small'}">${reason}</p>`
}

const took = ({ stage, durationMs, attempt }: ResultJson): string =>
  [
    ...(stage === undefined ? [] : [`at ${stage}`]),
    ...(attempt > 0 ? [span(durationMs)] : []),
    ...(attempt > 1 ? [`try ${attempt}`] : []),
  ].join(' · ')

const wordOf = (outcome: Report['outcome']): Html => badge(outcomeTones[outcome], outcomeWords[outcome])

const result = (one: ResultJson): Html => {
  const back = one.to === undefined ? undefined : markup`<p class="small">Back to ${revisionName(one.to)}</p>`
  return markup`<li>
<p>${wordOf(one.outcome)} <bdi>${one.reaction}</bdi> <span class="small">${took(one)}</span></p>
${why(one)}${back}
</li>`
}

const titles: Readonly<Record<MomentJson['kind'], (one: MomentJson) => Html>> = {
  start: ({ revision = '' }) => markup`watched from ${revisionName(revision)} on`,
  change: ({ revision = '' }) => markup`changed to ${revisionName(revision)}`,
  trouble: ({ error }) => markup`in trouble: <code>${error?.code}</code>`,
  recovered: ({ error }) => markup`recovered from <code>${error?.code}</code>`,
}

const moment = (one: MomentJson, now: string): Html => {
  const { kind, mount, time, error, results = [] } = one
  const tone = momentTone(one)
  const trouble =
    error && markup`<p class="${kind === 'recovered' ? 'small' : 'reason'}">${error.message}</p>`
  return markup`<li class="moment ${tone}">
<p class="when">${icon(tone)}<time datetime="${time}">${clockTime(time, now)}</time> <span class="small">${ago(time, now)}</span></p>
<h3><bdi>${mount}</bdi> ${titles[kind](one)}</h3>
${keyChips(one)}${trouble}
${results.length === 0 ? undefined : markup`<ul class="results">${results.map(result)}</ul>`}
</li>`
}

/** What happened lately, the newest first. */
export const historySection = ({ history, time }: StatusJson): Html => markup`<section class="card history">
<h2>What happened</h2>
<ol>${history.map((one) => moment(one, time))}</ol>
</section>`
