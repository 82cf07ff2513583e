import { type AnnotationNames, reloaderNames } from '../controller/annotation-names.js'
import type { Args } from './args.js'
import type { ControllerFlag } from './controller-flags.js'

/** How Reloader's annotations are called, by the flags that rename them. */
export const namesOf = (args: Args<ControllerFlag>): AnnotationNames => {
  const name = (flag: ControllerFlag, usual: string): string => args.one(flag) ?? usual
  const { byKind, ...names } = reloaderNames
  return {
    ...names,
    auto: name('auto-annotation', names.auto),
    search: name('auto-search-annotation', names.search),
    match: name('search-match-annotation', names.match),
    ignore: name('ignore-annotation', names.ignore),
    pausePeriod: name('pause-deployment-annotation', names.pausePeriod),
    pausedAt: name('pause-deployment-time-annotation', names.pausedAt),
    byKind: {
      ConfigMap: {
        ...byKind.ConfigMap,
        auto: name('configmap-auto-annotation', byKind.ConfigMap.auto),
        reload: name('configmap-annotation', byKind.ConfigMap.reload),
      },
      Secret: {
        ...byKind.Secret,
        auto: name('secret-auto-annotation', byKind.Secret.auto),
        reload: name('secret-annotation', byKind.Secret.reload),
      },
    },
  }
}
