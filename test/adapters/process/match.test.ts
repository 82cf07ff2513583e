import { describe, expect, it } from 'vitest'
import { describeProcesses, isNamed, topmost } from '../../../packages/adapters/src/process/match.js'
import type { Process } from '../../../packages/adapters/src/process/proc.js'

const one = (pid: number, ppid: number, comm: string, more: Partial<Process> = {}): Process => ({
  pid,
  ppid,
  pgid: pid,
  comm,
  state: 'S',
  startTime: pid * 10,
  argv: [comm],
  ...more,
})

describe('isNamed', () => {
  it.each<[name: string, comm: string, argv: string[], expected: boolean]>([
    ['nginx', 'nginx', ['nginx: master process nginx'], true],
    ['nginx', 'x', ['nginx: master process /usr/sbin/nginx'], true],
    ['nginx', 'nginx-prometheu', ['/usr/bin/nginx-prometheus-exporter'], false],
    ['nginx', 'nginxd', ['nginxd'], false],
    ['php-fpm', 'php-fpm8.2', ['php-fpm: master process (/etc/php)'], true],
    ['gunicorn', 'gunicorn: maste', ['gunicorn: master [app]'], true],
    ['gunicorn', 'python3', ['/usr/bin/python3', '/usr/bin/gunicorn', 'app:app'], true],
    ['gunicorn', 'python3', ['python3', '-m', 'gunicorn', 'app:app'], true],
    ['gunicorn', 'bash', ['bash', '-c', 'gunicorn app:app'], false],
    ['gunicorn', 'python3.11', ['/usr/bin/python3.11', '/opt/bin/gunicorn3', 'app:app'], true],
    ['php-fpm', 'php-fpm', ['php-fpm:', 'pool', 'www'], true],
    ['haproxy', 'tail', ['tail', '/x/haproxy.cfg', '-f'], false],
    ['haproxy', 'tail', ['tail', '/x/haproxy', '-f'], false],
    ['haproxy', 'haproxy.log', ['./haproxy.log'], false],
    ['haproxy', 'python3', ['python3', '/x/haproxy.py'], false],
    ['haproxy', 'node', ['/usr/bin/node', '/x/haproxy'], true],
    ['gunicorn', 'vi', ['vi', '-R', 'gunicorn'], false],
    ['prometheus-adapter', 'prometheus-adap', ['x'], true],
  ])('%s against comm %s %j: %s', (name, comm, argv, expected) => {
    expect(isNamed(one(1, 0, comm, { argv }), name)).toBe(expected)
  })
})

const named = (process: Process): boolean => isNamed(process, 'nginx')

const pids = (processes: readonly Process[], self = 99): readonly number[] =>
  topmost(processes, named, self).map(({ pid }) => pid)

describe('topmost', () => {
  it.each<[why: string, processes: Process[], expected: number[]]>([
    [
      'a master that got a higher pid than its workers',
      [one(1, 0, 'sh'), one(22, 1001, 'nginx'), one(1001, 1, 'nginx')],
      [1001],
    ],
    ['a master without a visible parent', [one(7, 0, 'nginx'), one(8, 7, 'nginx')], [7]],
    ['two masters', [one(7, 1, 'nginx'), one(8, 7, 'nginx'), one(9, 1, 'nginx')], [7, 9]],
    ['no zombie', [one(7, 1, 'nginx', { state: 'Z' })], []],
    ['none', [one(1, 0, 'sh')], []],
  ])('finds %s', (_why, processes, expected) => {
    expect(pids(processes)).toEqual(expected)
  })
  it('never picks this process or its parents, and looks below them', () => {
    const wrapper = [one(1, 0, 'nginx'), one(5, 1, 'nginx'), one(6, 5, 'nginx'), one(7, 6, 'nginx')]
    expect(pids(wrapper, 5)).toEqual([6])
  })
  it('ends when parents go round', () => {
    expect(pids([one(5, 6, 'x'), one(6, 5, 'x'), one(7, 1, 'nginx')], 5)).toEqual([7])
  })
})

it('describes candidates without their command lines', () => {
  const text = describeProcesses([one(7, 1, 'nginx', { argv: ['nginx', '--password=swordfish'] })])
  expect(text).toBe('7 (nginx, started at tick 70)')
})
