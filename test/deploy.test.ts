import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { main } from '@hotmount/adapters/cli'
import { describe, expect, it } from 'vitest'
import { configmapReloadOptions } from '../packages/adapters/src/dropins/configmap-reload/options.js'
import { meaningOf } from '../packages/adapters/src/dropins/detect.js'
import { reloaderOptions } from '../packages/adapters/src/dropins/prometheus-config-reloader/options.js'
import { containersOf, faults, manifestsOf, podOf } from './support/manifests.js'
import type { Container, PodSpec } from './support/pod-schema.js'
import { root } from './support/source-tree.js'

const directory = path.join(root, 'deploy')
const texts = readdirSync(directory)
  .filter((name) => name.endsWith('.yaml'))
  .map((name): [name: string, text: string] => [name, readFileSync(path.join(directory, name), 'utf8')])
const isOurs = ({ image }: Container): boolean => /hotmount/.test(image)
const podsOf = (text: string): readonly PodSpec[] => manifestsOf(text).flatMap((each) => podOf(each) ?? [])

/** The words after the image's entry point. */
const wordsOf = ({ command = [], args = [] }: Container): readonly string[] => [...command.slice(1), ...args]
const envOf = ({ env = [] }: Container): Readonly<Record<string, string>> =>
  Object.fromEntries(env.map(({ name, value = 'x' }) => [name, value]))

/** What the command makes of a container: the file it amounts to, or the name of what it stands in for. */
const understood = async (container: Container): Promise<string> => {
  const words = wordsOf(container)
  const implied = meaningOf(words, envOf(container))
  if (implied?.mode === 'configmap-reload') configmapReloadOptions(implied.words)
  if (implied?.mode === 'prometheus-config-reloader') reloaderOptions(implied.words)
  if (implied) return implied.mode
  let said = ''
  const out = { isTTY: false, write: (text: string) => void (said += text) }
  const dashes = words.includes('--') ? words.indexOf('--') : words.length
  const asked = [...words.slice(0, dashes), '--print-config', ...words.slice(dashes)]
  const signal = new AbortController().signal
  const code = await main(asked, { stdout: out, stderr: out, signal, env: {}, pid: 2, now: () => new Date() })
  return `${code} ${said}`
}

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
  it.each([
    ['nginx-wrapper.yaml', [expect.stringMatching(/^0 [\s\S]*server: nginx/)]],
    ['nginx-sidecar.yaml', [expect.stringMatching(/^0 [\s\S]*server: nginx[\s\S]*check: false/)]],
    ['nginx-reporting.yaml', [expect.stringMatching(/^0 [\s\S]*oneAtATime: web-config[\s\S]*report: true/)]],
    ['configmap-reload.yaml', ['configmap-reload']],
    ['prometheus-config-reloader.yaml', ['prometheus-config-reloader', 'prometheus-config-reloader']],
    ['nginx-reloader.yaml', ['nginx-reloader']],
    ['signal-sidecar.yaml', ['signal-sidecar']],
  ])('%s is a command line that hotmount takes', async (name, expected) => {
    const text = texts.find(([own]) => own === name)?.[1] ?? ''
    const ours = podsOf(text).flatMap(containersOf).filter(isOurs)
    expect(await Promise.all(ours.map(understood))).toEqual(expected)
  })
})
