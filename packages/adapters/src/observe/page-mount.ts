import { type Html, markup } from './html.js'
import { ago, count, keyName, revisionName, standing, wholeSpan } from './page-words.js'
import type { ErrorJson, MountJson, ReactionJson, StatusJson } from './status.js'
import { badge, icon, reactionTone } from './tone.js'
import { span, stateWords } from './words.js'

type ReportOf = NonNullable<ReactionJson['lastReport']>

const errorText = ({ message, hint }: ErrorJson): Html => {
  const remedy = hint === undefined ? undefined : markup`<p class="hint"><b>What to do:</b> ${hint}</p>`
  return markup`<pre class="reason" tabindex="0">${message}</pre>${remedy}`
}

/** How often and how long: `3rd try · 1.2 s · check 0.3 s · apply 12 ms · again after 4 s`. */
const effort = ({ attempt, durationMs, stages, retryInMs }: ReportOf): string =>
  [
    ...(attempt > 1 ? [`try ${attempt}`] : []),
    `took ${span(durationMs)}`,
    ...(durationMs < 10 ? [] : Object.entries(stages).map(([stage, ms]) => `${stage} ${span(ms)}`)),
    ...(retryInMs === undefined ? [] : [`next try ${span(retryInMs)} after that`]),
  ].join(' · ')

const lastReport = (report: ReportOf): Html => {
  const { error, evidence, attempt } = report
  const proof = evidence && markup`<p class="proof">${icon('good')}<span>${evidence}</span></p>`
  const times = attempt > 0 ? markup`<p class="small">${effort(report)}</p>` : undefined
  return markup`${proof}${error && errorText(error)}${times}`
}

/** Which revision runs, where it is not the one that is mounted. */
const running = ({ applied, desired, inDoubtSince }: ReactionJson): Html | undefined => {
  if (applied?.revision === desired.revision) return undefined
  if (!applied) return markup`<p>Nothing is applied yet.</p>`
  return markup`<dl class="pair"><div><dt>${inDoubtSince === null ? 'Runs' : 'Last proven'}</dt><dd>${revisionName(applied.revision)}</dd></div>
<div><dt>Mounted</dt><dd>${revisionName(desired.revision)}</dd></div></dl>`
}

const reaction = (one: ReactionJson, now: string): Html => {
  const { name, state, closed, outOfSyncSince, lastReport: report } = one
  const since =
    outOfSyncSince === null
      ? undefined
      : ` Out of sync for ${wholeSpan(Date.parse(now) - Date.parse(outOfSyncSince))}.`
  return markup`<li class="reaction">
<h3>${badge(reactionTone(one), closed ? 'ended' : stateWords[state])} <bdi>${name}</bdi></h3>
<p>${standing(one)}.${since}</p>
${running(one)}${report ? lastReport(report) : undefined}
</li>`
}

const fact = (name: string, value: Html): Html => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`

const watching = ({ watching: how, deaf, lastCheckAt, missedEvents }: MountJson, now: string): Html => {
  const by = deaf ? 'nothing rings' : how === 'events' ? 'file events' : 'polling'
  const missed = missedEvents > 0 ? `, ${count(missedEvents, 'event')} missed` : ''
  return markup`${by}, looked ${ago(lastCheckAt, now)}${missed}`
}

const keys = ({ name, keys: { count: number, names } }: MountJson): Html => {
  const rest =
    number > names.length ? markup`<li class="small">and ${number - names.length} more</li>` : undefined
  return markup`<details id="keys of ${name}"><summary>${count(number, 'key')}</summary>
<ul class="keys">${names.map((key) => markup`<li>${keyName(key)}</li>`)}${rest}</ul></details>`
}

const troubles = ({ troubles: now }: MountJson): Html | undefined =>
  now.length === 0
    ? undefined
    : markup`<ul class="troubles">${now.map((one) => markup`<li>${badge('bad', one.code)}${errorText(one)}</li>`)}</ul>`

const facts = (mount: MountJson, now: string): Html => {
  const { revision, digest, publishedAt, changes } = mount
  const published =
    publishedAt === null ? undefined : markup` <span class="small">${ago(publishedAt, now)}</span>`
  return markup`<dl class="facts">
${fact('Mounted', markup`${revisionName(revision)}${published}`)}
${fact('Digest', markup`<code title="${digest}">${digest.slice(0, 12)}…</code>`)}
${fact('Content', keys(mount))}
${fact('Changes', markup`${changes}`)}
${fact('Watching', watching(mount, now))}
</dl>`
}

/** One mount with its reactions. */
export const mountSection = (mount: MountJson, { time }: StatusJson): Html => {
  const { name, path, reactions } = mount
  const followers =
    reactions.length === 0
      ? markup`<p class="small">No reaction follows this mount.</p>`
      : markup`<ul class="reactions">${reactions.map((one) => reaction(one, time))}</ul>`
  return markup`<section class="card mount">
<header><h2><bdi>${name}</bdi></h2> <p class="path"><bdi>${path}</bdi></p></header>
${troubles(mount)}${followers}${facts(mount, time)}
</section>`
}
