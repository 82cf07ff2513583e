import type { Server } from './start.js'

/** How often its template was changed, the first one included. */
export const templatesOf = (
  server: Server,
  name: string,
  plural = 'deployments',
  namespace = 'default',
): number => {
  const { annotations, generation = 0 } = server.store.get(plural, namespace, name).metadata
  // The generation of a Deployment grows with its annotations, too.
  return plural === 'deployments'
    ? Number(annotations?.['deployment.kubernetes.io/revision'] ?? 0)
    : generation
}
