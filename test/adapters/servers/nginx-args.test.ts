import { nginxArgs } from '@hotmount/adapters/nginx'
import { describe, expect, it } from 'vitest'

describe('nginxArgs', () => {
  it.each<[argv: string[], expected: object | undefined]>([
    [['nginx'], { binary: 'nginx' }],
    [['nginx', '-g', 'daemon off;'], { binary: 'nginx', globals: 'daemon off;' }],
    [
      ['/usr/sbin/nginx', '-c', '/etc/n.conf', '-p', '/srv/'],
      { binary: '/usr/sbin/nginx', config: '/etc/n.conf', prefix: '/srv/' },
    ],
    [
      ['nginx', '-c/etc/n.conf', '-gdaemon off;'],
      { binary: 'nginx', config: '/etc/n.conf', globals: 'daemon off;' },
    ],
    [['nginx', '-qc', '/etc/n.conf'], { binary: 'nginx', config: '/etc/n.conf' }],
    [['nginx', '-c', 'a', '-c', 'b'], { binary: 'nginx', config: 'b' }],
    [['nginx', '-e', '-c', '-p', '/srv'], { binary: 'nginx', prefix: '/srv' }],
    [['nginx', '-g', '-c is text here'], { binary: 'nginx', globals: '-c is text here' }],
    [['nginx', '-c'], { binary: 'nginx' }],
    [['/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'], { binary: 'nginx', globals: 'daemon off;' }],
    [['tini', '--', '/opt/bin/openresty', '-c', 'x'], { binary: '/opt/bin/openresty', config: 'x' }],
    [['sh', '-c', 'nginx -g "daemon off;"'], undefined],
    [['gunicorn', '-c', 'x'], undefined],
    [[], undefined],
  ])('%j', (argv, expected) => {
    expect(nginxArgs(argv)).toEqual(expected)
  })
})
