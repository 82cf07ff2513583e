import type { FlagTable } from './flag.js'

/** Name of a flag about a cluster. */
export type ClusterFlag = 'namespace' | 'kubeconfig' | 'context' | 'loop'

/** Which cluster, and where in it. */
export const clusterFlags: FlagTable<ClusterFlag> = {
  namespace: {
    value: 'NAME',
    noVariable: true,
    help: "of the pods; default: the kubeconfig's; '*' is all of them",
  },
  loop: {
    value: 'NAME',
    noVariable: true,
    help: 'where pods have several reactions: the name of one',
  },
  kubeconfig: {
    value: 'PATH',
    noVariable: true,
    help: "default: the pod's ServiceAccount, else KUBECONFIG",
  },
  context: { value: 'NAME', noVariable: true, help: 'of the kubeconfig' },
}
