import type { AnyReaction, Change, Reaction, Report } from '@hotmount/core'

/** A reaction that writes down what it was asked, and does what the test tells it. */
export interface Recorder extends AnyReaction {
  readonly log: string[]
  readonly changes: Change[]
  /** What a stage does next time; it stays until changed. */
  readonly behave: {
    check?: () => unknown
    apply?: () => unknown
    verify?: () => unknown
    rollback?: () => unknown
  }
}

/** Records `stage value-of-key-a`; offers a rollback only when asked to. */
export const recorder = (options: { rollback?: boolean } = {}): Recorder => {
  const log: string[] = []
  const changes: Change[] = []
  const behave: Recorder['behave'] = {}
  const reaction: Reaction<string> = {
    name: 'recorder',
    async check(snapshot) {
      log.push(`check ${snapshot.text('a')}`)
      await behave.check?.()
    },
    async apply(change) {
      changes.push(change)
      log.push(`apply ${change.snapshot.text('a')}`)
      await behave.apply?.()
      return change.snapshot.text('a')
    },
    async verify(receipt) {
      log.push(`verify ${receipt}`)
      await behave.verify?.()
      return `saw ${receipt.length} characters`
    },
    ...(options.rollback === true && {
      async rollback(good) {
        log.push(`rollback ${good.text('a')}`)
        await behave.rollback?.()
        return good.text('a')
      },
    }),
  }
  return { ...reaction, log, changes, behave }
}

/** A report in a few words. */
export const brief = (report: Report): string => {
  if (report.outcome === 'skipped') return `skipped ${report.reason}`
  if (report.outcome === 'applied') return 'applied'
  return `${report.outcome} ${report.error.code}`
}
