import { describe, expect, it } from 'vitest'
import { isInOtherPod, podIn } from '../../../packages/adapters/src/process/pod.js'

const uid = '6f2c1c9e-3b7a-4d55-9a0e-0c7e8b1d2f33'
const other = '0b9d7c52-1111-4222-8333-944445555666'
const under = (id: string): string => id.replaceAll('-', '_')
const flat = (id: string): string => id.replaceAll('-', '')

const systemd = (id: string): string =>
  `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${under(id)}.slice/cri-containerd-ab12.scope\n`
const cgroupfs = (id: string): string =>
  `11:memory:/kubepods/burstable/pod${id}/ab12\n10:pids:/kubepods/burstable/pod${id}/ab12\n0::/system.slice\n`

describe('podIn', () => {
  it.each([
    ['systemd', systemd(uid)],
    ['cgroupfs, version 1', cgroupfs(uid)],
    ['a static pod', `0::/kubepods.slice/kubepods-pod${flat(uid)}.slice/crio-ab12.scope\n`],
    [
      'seen from another pod',
      `0::/../../kubepods-besteffort-pod${under(uid)}.slice/cri-containerd-ab12.scope\n`,
    ],
    ['a cluster within a pod', `0::/kubepods/pod${other}/ab12/kubelet/kubepods/burstable/pod${uid}/cd34\n`],
  ])('%s', (_what, cgroup) => {
    expect(podIn(cgroup)).toBe(flat(uid))
  })
  it.each(['', '0::/\n', '0::/../cri-containerd-ab12.scope\n', '0::/system.slice/podman.service\n'])(
    'none in %j',
    (cgroup) => {
      expect(podIn(cgroup)).toBeUndefined()
    },
  )
})

describe('isInOtherPod', () => {
  const sibling = '0::/../cri-containerd-cd34.scope\n'
  const outside = `0::/../../kubepods-besteffort-pod${under(other)}.slice/cri-containerd-ef56.scope\n`
  const hidden = '9:memory:/\n0::/\n'

  it.each<[what: string, ours: string, theirs: string, expected: boolean]>([
    ['the same pod', systemd(uid), systemd(uid), false],
    ['another pod', systemd(uid), systemd(other), true],
    ['another pod, version 1', cgroupfs(uid), cgroupfs(other), true],
    ['another container, in a namespace of our own', hidden, sibling, false],
    ['the same container, in a namespace of our own', hidden, hidden, false],
    ['another pod, in a namespace of our own', hidden, outside, true],
    ['a service of the node', systemd(uid), '0::/system.slice/nginx.service\n', false],
    ['any pod, seen from the node', '0::/user.slice/user-0.slice/session-1.scope\n', systemd(other), false],
    ['nothing to read', '', systemd(other), false],
  ])('%s', (_what, ours, theirs, expected) => {
    expect(isInOtherPod(ours, theirs)).toBe(expected)
  })
})
