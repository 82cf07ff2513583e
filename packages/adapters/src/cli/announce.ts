import type { Change, Mount, Report } from '@hotmount/core'
import type { SupervisorEvent } from '../process/supervisor.js'
import type { Entry, Log } from './log.js'
import { showName } from './paint.js'
import { inFlags } from './speech.js'

const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`)

const keysIn = ({ added, changed, removed }: Change): string =>
  [
    ...added.map((key) => `+${showName(key)}`),
    ...changed.map((key) => `~${showName(key)}`),
    ...removed.map((key) => `-${showName(key)}`),
  ].join(' ')

const again = (ms: number | undefined): string => (ms === undefined ? '' : `; again in ${seconds(ms)}`)

const skips = {
  gate: 'the gate is closed',
  unchanged: 'nothing changed',
  superseded: 'a newer revision is there',
  breaker: 'it changes too often',
} as const

/** One report as one log entry. */
export const reportEntry = (report: Report): Entry => {
  const { reaction, revision, outcome, attempt, durationMs } = report
  const base = { reaction, revision, outcome, attempt, durationMs: Math.round(durationMs) }
  if (outcome === 'applied') {
    const { evidence } = report
    const proof = evidence === undefined ? '' : `: ${evidence}`
    const text = `applied ${revision} in ${seconds(durationMs)}${proof}`
    return { level: 'info', msg: 'config applied', text, fields: { ...base, evidence } }
  }
  if (outcome === 'skipped') {
    const { reason } = report
    const text = `skipped ${revision}: ${skips[reason]}`
    return { level: 'info', msg: 'config skipped', text, fields: { ...base, reason } }
  }
  const { code, message } = report.error
  const hint = inFlags(report.error.hint)
  const failure = { ...base, code, error: message }
  if (outcome === 'rolledBack') {
    const text = `${revision} failed, back to ${report.to}\n${message}`
    return { level: 'error', msg: 'config rolled back', text, hint, fields: { ...failure, to: report.to } }
  }
  const { stage, retryInMs } = report
  const isRejected = outcome === 'rejected'
  const what = isRejected ? `${revision} rejected, what runs is untouched` : `${stage} of ${revision} failed`
  return {
    level: 'error',
    msg: isRejected ? 'config rejected' : 'config failed',
    text: `${what}${again(retryInMs)}\n${message}`,
    hint,
    fields: { ...failure, stage, retryInMs },
  }
}

/** Logs what happens to a mount. */
export const announceMount = (mount: Mount, log: Log): void => {
  const { path, snapshot } = mount
  log({
    level: 'info',
    msg: 'watching',
    text: `watching ${path}: ${snapshot.size === 1 ? '1 key' : `${snapshot.size} keys`} at ${snapshot.revision}`,
    fields: { mount: path, revision: snapshot.revision, keys: snapshot.keys() },
  })
  mount.on('change', (change) => {
    const { revision, digest } = change.snapshot
    const { added, changed, removed } = change
    log({
      level: 'info',
      msg: 'config changed',
      text: `changed to ${revision}: ${keysIn(change)}`,
      fields: { mount: path, revision, digest, keys: { added, changed, removed } },
    })
  })
  mount.on('error', ({ code, path: where, message, hint }) =>
    log({
      level: 'warn',
      msg: 'mount trouble',
      text: message,
      hint: inFlags(hint),
      fields: { mount: where, code, error: message },
    }),
  )
  mount.on('recovered', ({ code, path: where, message }) =>
    log({
      level: 'info',
      msg: 'mount recovered',
      text: `over: ${message}`,
      fields: { mount: where, code, error: message },
    }),
  )
}

/** One event of the child as one log entry. */
export const childEntry = (command: string, event: SupervisorEvent): Entry => {
  if (event.kind === 'started')
    return {
      level: 'info',
      msg: 'command started',
      text: `${command} runs as pid ${event.pid}`,
      fields: { command, pid: event.pid },
    }
  if (event.kind === 'backoff')
    return {
      level: 'warn',
      msg: 'command is started again later',
      text: `${command} is started again in ${seconds(event.ms)}`,
      fields: { command, inMs: Math.round(event.ms) },
    }
  const { code, signal, unstartable } = event.exit
  const fields = { command, code, signal, unstartable, wanted: event.wanted }
  if (unstartable !== undefined) {
    const text =
      unstartable === 'ENOENT' ? `${command} was not found` : `${command} cannot be run (${unstartable})`
    const hint = 'is it installed here, in PATH, and executable?'
    return { level: 'error', msg: 'command cannot be started', text, hint, fields }
  }
  const how = signal === undefined ? `exited with code ${code}` : `was ended by ${signal}`
  const level = event.wanted || code === 0 ? 'info' : 'error'
  return { level, msg: 'command ended', text: `${command} ${how}`, fields }
}
