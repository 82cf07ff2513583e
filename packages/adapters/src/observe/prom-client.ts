import { UsageError } from '@hotmount/core'
import type * as PromClient from 'prom-client'

export type { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** What is used of prom-client. */
export type Library = Pick<typeof PromClient, 'Counter' | 'Gauge' | 'Histogram' | 'Registry'>

/**
 * @internal Loads the library when it is needed first: without an endpoint, nobody pays for it.
 *
 * @throws UsageError BAD_OPTION when it is not installed
 */
export const loadPromClient = async (): Promise<Library> =>
  import('prom-client').catch((error: unknown) => {
    throw new UsageError('BAD_OPTION', 'metrics need the package prom-client, which is not installed', {
      hint: 'npm install prom-client',
      origin: error,
    })
  })
