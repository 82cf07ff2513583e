import { isExpired } from './api-error.js'
import type { KubeClient } from './client.js'
import type { KubeObject } from './objects.js'
import type { ListQuery, Page } from './queries.js'
import type { Resource } from './resources.js'

const pageSize = 500

/**
 * Every page of a list. When the place to go on from has expired, it begins anew, once, with a page that says
 * `isRestart`: what came before it does not count. A page has fewer objects than asked for where they are large.
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
  const most = query.limit ?? pageSize
  let limit = most
  let rest = query.continue
  for (let restarts = 0, isRestart = false; ; isRestart = false) {
    let page: Page<T>
    try {
      page = await client.list(resource, { ...query, limit, continue: rest })
    } catch (error) {
      if (rest === undefined || restarts > 0 || !isExpired(error)) throw error
      restarts += 1
      isRestart = true
      page = await client.list(resource, { ...query, limit, continue: undefined })
    }
    yield { ...page, isRestart }
    rest = page.continue
    if (rest === undefined) return
    limit = page.items.length < limit ? Math.max(1, page.items.length) : Math.min(most, limit * 2)
  }
}
