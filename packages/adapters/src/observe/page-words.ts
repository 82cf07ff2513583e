import { type Html, markup, visible } from './html.js'
import type { MountJson, ReactionJson, StatusJson } from './status.js'
import { gravest, reactionTone, type Tone, worst } from './tone.js'
import { span } from './words.js'

/** A length of time without parts of a second: else every look at the page shows other digits. */
export const wholeSpan = (ms: number): string => (ms < 1000 ? 'less than 1 s' : span(ms - (ms % 1000)))

/** How long before `now` a time was, for people, with the time itself. */
export const ago = (time: string, now: string): Html => {
  const ms = Date.parse(now) - Date.parse(time)
  const shown = ms < 1000 ? 'just now' : `${wholeSpan(ms)} ago`
  return markup`<time datetime="${time}" title="${time}">${shown}</time>`
}

/** `15:18:46`, and the date when it is not today's. UTC. */
export const clockTime = (time: string, now: string): string => {
  const [date = '', rest = ''] = time.split('T')
  const clock = rest.slice(0, 8)
  return now.startsWith(date) ? clock : `${date} ${clock}`
}

/** A revision: the kubelet's name for it, or the beginning of a digest. */
export const revisionName = (revision: string): Html => {
  const shown = /^[\da-f]{64}$/.test(revision) ? `${revision.slice(0, 12)}…` : revision
  return markup`<code class="revision" title="${revision}">${shown}</code>`
}

/** A key's name on one line, whatever it holds, and not mixed with the text around it. */
export const keyName = (name: string): Html =>
  markup`<bdi>${visible(name).replaceAll('\n', String.raw`\u{a}`)}</bdi>`

/** `1 key`, `2 keys`. */
export const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

const standings: Readonly<Record<ReactionJson['state'], (one: ReactionJson) => string>> = {
  inSync: ({ lastReport }) => {
    if (lastReport?.outcome !== 'applied') return 'What is mounted is what runs'
    const isProven = lastReport.stages.verify !== undefined
    return isProven ? 'What is mounted runs, and that is proven' : 'What is mounted is applied'
  },
  running: () => 'At work: check, apply, verify',
  pending: ({ applied }) => `${applied ? 'A new' : 'The first'} revision waits for its turn`,
  held: () => 'Held: it changes too often',
  dirty: ({ state }) => `What runs is in doubt${state === 'running' ? '; it is tried again' : ''}`,
  rejected: ({ lastReport }) =>
    lastReport?.outcome === 'rolledBack'
      ? 'It did not hold; the last good one is back'
      : 'Refused before it was applied; what runs is untouched',
}

/** What is the case with a reaction, in one sentence. */
export const standing = (one: ReactionJson): string =>
  one.closed ? 'Its loop has ended' : standings[gravest(one)](one)

/** What a person on call must know first. */
export interface Headline {
  readonly tone: Tone
  readonly text: string
  readonly detail?: string
}

const headlines: Readonly<Record<ReactionJson['state'], (one: ReactionJson) => string>> = {
  inSync: ({ name }) => `${name} is in sync`,
  running: ({ name }) => `${name} is taking a new config`,
  pending: ({ name }) => `${name} is about to take a new config`,
  held: ({ name }) => `${name} is held: its config changes too often`,
  dirty: ({ name }) => `What ${name} runs is in doubt`,
  rejected: ({ name, lastReport }) =>
    lastReport?.outcome === 'rolledBack'
      ? `The new config did not hold: ${name} runs the last good one again`
      : `The new config was refused: ${name} runs on untouched`,
}

/** The telling part of a message: what a tool said, below the line that says which tool it was. */
const gist = (message: string): string => {
  const [first = '', second] = message.split('\n')
  return second ?? first
}

const toneOfMount = ({ closed, detached, deaf, troubles, reactions }: MountJson): Tone =>
  closed || detached
    ? 'bad'
    : worst([...reactions.map(reactionTone), deaf || troubles.length > 0 ? 'warn' : 'good'])

const reactionHeadline = ({ mounts }: StatusJson, tone: Tone): Headline | undefined => {
  const all = mounts.flatMap((mount) => mount.reactions.map((reaction) => ({ mount, reaction })))
  const found = all.find(({ reaction }) => reactionTone(reaction) === tone)
  if (!found) return undefined
  const { mount, reaction } = found
  const state = gravest(reaction)
  const error = state === 'running' ? undefined : reaction.lastReport?.error
  return {
    tone,
    text: headlines[state](reaction),
    detail: error ? gist(error.message) : `Mount ${mount.name}`,
  }
}

/** Decides what that is. */
export const headline = (status: StatusJson): Headline => {
  const { mounts, live } = status
  const dead = live.findings.find(({ ok }) => !ok)
  if (dead) return { tone: 'bad', text: 'Restart this container', detail: dead.text }
  const tone = worst(mounts.map(toneOfMount))
  const told = tone === 'good' ? undefined : reactionHeadline(status, tone)
  if (told) return told
  const [trouble] = mounts.flatMap(({ troubles }) => troubles)
  if (trouble) return { tone: 'warn', text: 'A mount is in trouble', detail: trouble.message }
  const number = mounts.reduce((sum, mount) => sum + mount.reactions.length, 0)
  const text =
    number === 0 ? `Watching ${count(mounts.length, 'mount')}` : 'All in sync: what is mounted is what runs'
  return { tone: 'good', text, detail: `${count(mounts.length, 'mount')}, ${count(number, 'reaction')}` }
}
