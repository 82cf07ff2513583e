import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../../packages/adapters/src/controller/cluster.js'
import { workloadShelf } from '../../../packages/adapters/src/controller/shelf.js'
import { Views } from '../../../packages/adapters/src/controller/views.js'
import { type Workload, workloadOf } from '../../../packages/adapters/src/controller/workload.js'
import { rolling } from './rig.js'

const at = (resourceVersion: string, uid = 'u'): Workload => {
  const object = rolling('shop')
  return workloadOf(
    'Deployment',
    { ...object, metadata: { ...object.metadata, resourceVersion, uid } },
    () => true,
  )
}
const open = (): { readonly tell: (workload: Workload) => void; readonly views: Views } => {
  const workloads = workloadShelf()
  // Only this is looked at of a cluster.
  const views = new Views({ workloads } as Cluster)
  return { tell: (workload) => workloads.put(workload), views }
}
const key = 'default/deployment/shop'

describe('what is seen of a workload', () => {
  it('is what was written, until the watch tells of that', () => {
    const { tell, views } = open()
    tell(at('1'))
    views.note(at('1'), at('2'))
    expect(views.get(key)?.resourceVersion).toBe('2')
    tell(at('2'))
    expect(views.get(key)?.resourceVersion).toBe('2')
    tell(at('3'))
    expect(views.get(key)?.resourceVersion).toBe('3')
  })
  it('is the last of two writes', () => {
    const { tell, views } = open()
    tell(at('1'))
    views.note(at('1'), at('2'))
    views.note(at('2'), at('3'))
    expect(views.get(key)?.resourceVersion).toBe('3')
  })
  it('is not what was written on another one of the same name', () => {
    const { tell, views } = open()
    tell(at('1'))
    views.note(at('1'), at('2'))
    tell(at('1', 'another'))
    expect(views.get(key)?.uid).toBe('another')
  })
  it('is nothing when it is gone', () => {
    expect(open().views.get(key)).toBeUndefined()
  })
})
