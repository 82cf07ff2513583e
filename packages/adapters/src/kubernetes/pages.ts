import { isExpired } from './api-error.js'
import type { KubeClient } from './client.js'
import type { KubeObject } from './objects.js'
import type { ListQuery, Page } from './queries.js'
import type { Resource } from './resources.js'

const pageSize = 500

/**
 * Every page of a list. When the place to go on from has expired, all of it comes once more, on one page that says
 * `isRestart`: what came before it does not count.
 *
 * @throws ApiError
 * @example
 * for await (const { items } of pages(client, resources.pods, { labelSelector: 'app=shop' })) show(items)
 */
export async function* pages<T extends KubeObject>(
  client: KubeClient,
  resource: Resource<T>,
  query: ListQuery = {},
): AsyncGenerator<Page<T> & { readonly isRestart: boolean }> {
  const limit = query.limit ?? pageSize
  for (let rest = query.continue; ;) {
    let page: Page<T>
    let isRestart = false
    try {
      page = await client.list(resource, { ...query, limit, continue: rest })
    } catch (error) {
      if (rest === undefined || !isExpired(error)) throw error
      isRestart = true
      page = await client.list(resource, { ...query, limit: undefined, continue: undefined })
    }
    yield { ...page, isRestart }
    rest = page.continue
    if (rest === undefined) return
  }
}
