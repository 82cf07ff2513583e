import {
  type ConfigMap,
  follow,
  type Followed,
  type Follower,
  type FollowOptions,
  type KubeClient,
  resources,
} from '@hotmount/adapters/kubernetes'
import { onTestFinished } from 'vitest'

export type Data = Readonly<Record<string, string>>

/** A follower of ConfigMaps, closed when the test is over, and what it tells, as 'changed app {"a":"1"}'. */
export const following = (
  client: KubeClient,
  options: Partial<FollowOptions<ConfigMap, Data>> = {},
): { readonly follower: Follower<Data>; readonly told: string[]; readonly errors: string[] } => {
  const follower = follow(client, resources.configMaps, {
    map: ({ data }) => data ?? {},
    backoff: { min: 1, max: 20 },
    ...options,
  })
  onTestFinished(() => follower.close())
  const [told, errors]: [string[], string[]] = [[], []]
  follower.on('change', ({ kind, name, value }: Followed<Data>) =>
    told.push(`${kind} ${name} ${JSON.stringify(value)}`),
  )
  follower.on('error', ({ code }) => errors.push(code))
  return { follower, told, errors }
}
