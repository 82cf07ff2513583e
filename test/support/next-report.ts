import type { Reloader, Report } from '@hotmount/core'

/** The next report of a loop. */
export const nextReport = (loop: Reloader): Promise<Report> =>
  new Promise((resolve) => {
    loop.once('report', resolve)
  })
