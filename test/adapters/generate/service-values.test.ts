import { describe, expect, it } from 'vitest'
import {
  keptService,
  keptSlice,
  type KeptSlice,
  serviceValues,
} from '../../../packages/adapters/src/generate/service-values.js'
import { endpointSlice, service } from '../../support/api-server/objects.js'
import type { Stored } from '../../support/api-server/kinds.js'

const sliceOf = (stored: Stored): KeptSlice => {
  const kept = keptSlice(stored)
  if (!kept) throw new Error('not a slice of a Service')
  return kept
}
const web = (annotations: Record<string, string> = {}) =>
  keptService(service('web', { labels: { app: 'web' }, annotations }))
const addresses = (...slices: readonly Stored[]): readonly string[] =>
  serviceValues(
    [['default/web', web()]],
    slices.map((slice) => [slice.metadata.name, sliceOf(slice)]),
  )
    .flatMap(({ endpoints }) => endpoints)
    .map(({ address, port }) => `${address}:${port}`)

describe('the values of Services', () => {
  it('are name, labels, ports and endpoints', () => {
    const slice = sliceOf(endpointSlice('web', ['10.0.0.2', '10.0.0.1'], 8080))
    expect(serviceValues([['default/web', web()]], [['a', slice]])).toEqual([
      {
        name: 'web',
        namespace: 'default',
        labels: { app: 'web' },
        annotations: {},
        type: 'ClusterIP',
        clusterIP: '10.96.0.10',
        ports: [{ port: 80, protocol: 'TCP' }],
        endpoints: [
          { address: '10.0.0.1', port: 8080, protocol: 'TCP', family: 'IPv4' },
          { address: '10.0.0.2', port: 8080, protocol: 'TCP', family: 'IPv4' },
        ],
      },
    ])
  })

  it('are the same in whatever order they were heard', () => {
    const other = keptService(service('api'))
    const [a, b] = [
      sliceOf(endpointSlice('web', ['10.0.0.1'], 1)),
      sliceOf(endpointSlice('web', ['10.0.0.2'], 1)),
    ]
    const one = serviceValues(
      [
        ['default/web', web()],
        ['default/api', other],
      ],
      [
        ['a', a],
        ['b', b],
      ],
    )
    const same = serviceValues(
      [
        ['default/api', other],
        ['default/web', web()],
      ],
      [
        ['b', b],
        ['a', a],
      ],
    )
    expect(JSON.stringify(same)).toBe(JSON.stringify(one))
    expect(one.map(({ name }) => name)).toEqual(['api', 'web'])
  })

  it('do not differ by what kubectl notes down', () => {
    const noted = web({ 'kubectl.kubernetes.io/last-applied-configuration': '{}', mine: 'x' })
    expect(noted.annotations).toEqual({ mine: 'x' })
  })

  it.each<[what: string, conditions: readonly object[], expected: readonly string[]]>([
    ['no conditions are yes', [{}], ['10.0.0.1:80']],
    ['ready', [{ ready: true }], ['10.0.0.1:80']],
    ['not ready', [{ ready: false }], []],
    [
      'not ready, but serving while it ends, beside a ready one',
      [{ ready: false, serving: true, terminating: true }, { ready: true }],
      ['10.0.0.2:80'],
    ],
    [
      'serving while they end, all of them',
      [
        { ready: false, serving: true, terminating: true },
        { ready: false, serving: false, terminating: true },
      ],
      ['10.0.0.1:80'],
    ],
    ['serving, not ready, not ending', [{ ready: false, serving: true, terminating: false }], []],
  ])('have the endpoints that take traffic: %s', (_what, conditions, expected) => {
    const given = conditions.map((one, index) => ({ address: `10.0.0.${index + 1}`, conditions: one }))
    expect(addresses(endpointSlice('web', given, 80))).toEqual(expected)
  })

  it('have an endpoint once that is in two slices for a moment', () => {
    const [one, two] = ['a', 'b'].map((name) => endpointSlice('web', ['10.0.0.1'], 80, { name }))
    expect(addresses(one as Stored, two as Stored)).toEqual(['10.0.0.1:80'])
  })

  it('leave out slices of other Services, of none, and those that say null for nothing', () => {
    expect(addresses(endpointSlice('other', ['10.0.0.1'], 80))).toEqual([])
    expect(addresses({ ...endpointSlice('web', [], 80), endpoints: null, ports: null })).toEqual([])
    expect(keptSlice({ metadata: { name: 'x' } })).toBeUndefined()
  })
})
