import { describe, expect, it } from 'vitest'
import {
  countInEnviron,
  countInProc,
  outcomeOf,
} from '../../../packages/adapters/src/servers/haproxy-count.js'
import { generationIn } from '../../../packages/adapters/src/servers/httpd-status.js'
import { metricsIn, wordOf } from '../../../packages/adapters/src/servers/prometheus-metrics.js'

// As HAProxy 2.6.12 writes them: after a failure, and after a reload with an old worker that drains.
const afterFailure = `#<PID>          <type>          <reloads>       <uptime>        <version>
17379           master          2 [failed: 1]   0d00h00m02s     2.6.12-1+deb12u4
# workers
17479           worker          1               0d00h00m01s     2.6.12-1+deb12u4
# programs
`
const afterSuccess = `#<PID>          <type>          <reloads>       <uptime>        <version>
17379           master          4 [failed: 0]   0d00h00m05s     2.6.12-1+deb12u4
# workers
17966           worker          0               0d00h00m01s     2.6.12-1+deb12u4
# old workers
17879           worker          1               0d00h00m02s     2.6.12-1+deb12u4
# programs
`
const environ =
  'A=1\0HAPROXY_PROCESSES=|type=w;fd=4;pid=17966;reloads=0;failedreloads=0;timestamp=1;id=;version=2.6|type=w;fd=3;pid=17879;reloads=1;failedreloads=0;timestamp=1;id=;version=2.6|type=m;fd=-1;pid=17379;reloads=4;failedreloads=0;timestamp=1;id=;version=(null)\0B=2'

describe('what an HAProxy master counts', () => {
  it('is read from its socket and from its environment', () => {
    expect(countInProc(afterFailure)).toEqual({ reloads: 2, failed: 1, newest: [] })
    expect(countInProc(afterSuccess)).toEqual({ reloads: 4, failed: 0, newest: [17966] })
    expect(countInEnviron(environ)).toEqual({ reloads: 4, failed: 0, newest: [17966] })
  })
  it('is nothing where nothing is said', () => {
    expect([countInProc(''), countInEnviron('A=1\0'), countInEnviron('')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
  it.each<[now: Parameters<typeof outcomeOf>[1], outcome: string]>([
    [{ reloads: 1, failed: 0, newest: [10] }, 'silent'],
    // It has counted the reload and reads the config: the failure is that of the time before.
    [{ reloads: 2, failed: 1, newest: [] }, 'silent'],
    [{ reloads: 2, failed: 0, newest: [10] }, 'silent'],
    [{ reloads: 2, failed: 0, newest: [11] }, 'taken'],
    [{ reloads: 2, failed: 2, newest: [] }, 'refused'],
    [{ reloads: 0, failed: 0, newest: [12] }, 'silent'],
  ])('after one reload and one failure, %j is %s', (now, outcome) => {
    expect(outcomeOf({ reloads: 1, failed: 1, newest: [10] }, now)).toBe(outcome)
  })
})

describe('the status page of httpd', () => {
  it('tells the generation of its config', () => {
    expect(generationIn('ServerMPM: event\nParentServerConfigGeneration: 12\nUptime: 3\n')).toBe(12)
    expect(generationIn('<html>ParentServerConfigGeneration: 12')).toBeUndefined()
  })
})

const page = (gauge: number, time: string): string =>
  `# TYPE x gauge\nprometheus_config_last_reload_success_timestamp_seconds ${time}\nprometheus_config_last_reload_successful ${gauge}\n`

describe('the metrics of Prometheus', () => {
  const before = { isSuccessful: true, timestamp: 5 }
  it('are read, or missing', () => {
    expect(metricsIn(page(1, '1.795228008995502e+09'))).toEqual({
      isSuccessful: true,
      timestamp: 1_795_228_008.995502,
    })
    expect(metricsIn('up 1\n')).toBeUndefined()
  })
  it.each([
    [page(1, '6'), 'taken'],
    [page(1, '5'), 'silent'],
    [page(0, '5'), 'refused'],
    ['', 'silent'],
  ])('%j says %s', (text, kind) => {
    expect(wordOf(before, metricsIn(text)).kind).toBe(kind)
  })
  it('do not say that it was refused when the one before was refused too', () => {
    expect(wordOf({ ...before, isSuccessful: false }, { isSuccessful: false, timestamp: 5 }).kind).toBe(
      'silent',
    )
  })
})
