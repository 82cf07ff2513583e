import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { containersOf, faults, manifestsOf, podOf } from './support/manifests.js'
import type { Container, PodSpec } from './support/pod-schema.js'
import { root } from './support/source-tree.js'

const directory = path.join(root, 'deploy')
const texts = readdirSync(directory)
  .filter((name) => name.endsWith('.yaml'))
  .map((name): [name: string, text: string] => [name, readFileSync(path.join(directory, name), 'utf8')])
const isOurs = ({ image }: Container): boolean => /hotmount/.test(image)
const podsOf = (text: string): readonly PodSpec[] => manifestsOf(text).flatMap((each) => podOf(each) ?? [])

describe('deploy/', () => {
  it('is there', () => {
    expect(texts.length).toBeGreaterThan(5)
  })
  it.each(texts)('%s would be taken by a cluster', (_name, text) => {
    expect(faults(text)).toEqual([])
  })
  it.each(texts)('%s brings the ConfigMaps that it mounts, as directories', (_name, text) => {
    const own = new Set(
      manifestsOf(text).flatMap((each) => (each.kind === 'ConfigMap' ? each.metadata.name : [])),
    )
    const mounted = podsOf(text).flatMap(({ volumes = [] }) =>
      volumes.flatMap((volume) => ('configMap' in volume ? volume.configMap.name : [])),
    )
    expect(mounted.length).toBeGreaterThan(0)
    expect(mounted.filter((name) => !own.has(name))).toEqual([])
  })
  it.each(texts)('%s runs every container locked down', (_name, text) => {
    for (const spec of podsOf(text)) {
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      })
      expect(spec.securityContext?.runAsUser).toBeGreaterThan(0)
      for (const { securityContext } of containersOf(spec))
        // One user for all: what lets a signal cross containers without a capability.
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
    }
  })
  it.each(texts)('%s asks for what was measured, and shares processes where it signals', (_name, text) => {
    for (const spec of podsOf(text)) {
      const ours = containersOf(spec).filter(isOurs)
      expect(ours.length).toBeGreaterThan(0)
      for (const { resources } of ours)
        expect(resources).toEqual({
          requests: { cpu: '5m', memory: '80Mi' },
          limits: { memory: '128Mi' },
        })
      const isSignalled = ours.some(
        ({ args = [], env = [] }) => args[0] === 'sidecar' || /PROCESS|WATCH_NGINX/.test(JSON.stringify(env)),
      )
      expect(spec.shareProcessNamespace ?? false).toBe(isSignalled)
    }
  })
})
