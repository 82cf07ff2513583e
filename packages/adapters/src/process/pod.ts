// With dashes (cgroupfs) or underscores (systemd); none at all in the UID of a static pod.
const podUid = /pod([0-9a-f]{8}(?:[-_]?[0-9a-f]{4}){3}[-_]?[0-9a-f]{12})/g

/** UID of the pod that a /proc/PID/cgroup names; undefined where it names none. */
export const podIn = (cgroup: string): string | undefined =>
  [...cgroup.matchAll(podUid)].at(-1)?.[1]?.replaceAll(/[-_]/g, '')

// In a cgroup namespace of one's own, one's own path is `/`, that of another container of the pod begins with
// `/../`, and only a path that leaves the pod names a pod again: `/../../kubepods-pod<uid>.slice/…`.
const isNamespaced = (cgroup: string): boolean =>
  cgroup !== '' &&
  cgroup
    .trim()
    .split('\n')
    .every((line) => line.endsWith(':/'))

/** Whether the second /proc/PID/cgroup is seen to belong to another pod than the first, which is ours. */
export const isInOtherPod = (ours: string, theirs: string): boolean => {
  const pod = podIn(theirs)
  if (pod === undefined) return false
  const own = podIn(ours)
  return own === undefined ? isNamespaced(ours) : own !== pod
}
