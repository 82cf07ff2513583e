import { liveConfig } from '@hotmount/adapters/config'
import { envFile, envKeys, envOf } from '@hotmount/adapters/env'
import { push, webhook } from '@hotmount/adapters/http'
import { serveStatus } from '@hotmount/adapters/observe'
import { commandProbe, httpProbe, tcpProbe } from '@hotmount/adapters/probe'
import { command, pidFile, signal, supervise } from '@hotmount/adapters/process'
import { gunicorn, haproxy, httpd, nginx, phpFpm, prometheus, uwsgi } from '@hotmount/adapters/servers'
import { stage } from '@hotmount/adapters/stage'
import { UsageError } from '@hotmount/core'
import { expect, it } from 'vitest'

const url = 'http://127.0.0.1:1/'
const argv = ['true'] as const
const misspelt = { chekc: 'hunter2000' }

it.each<[string, () => unknown]>([
  ['nginx', () => nginx(misspelt as object)],
  ['gunicorn', () => gunicorn({ command: ['gunicorn'], ...misspelt })],
  ['haproxy', () => haproxy(misspelt as object)],
  ['httpd', () => httpd(misspelt as object)],
  ['phpFpm', () => phpFpm(misspelt as object)],
  ['uwsgi', () => uwsgi({ command: ['uwsgi'], ...misspelt })],
  ['prometheus', () => prometheus(misspelt as object)],
  ['signal', () => signal(pidFile('/run/app.pid'), 'SIGHUP', misspelt as object)],
  ['command', () => command(argv, misspelt as object)],
  ['supervise', () => supervise(argv, misspelt as object)],
  ['restart', () => supervise(argv).restart(misspelt as object)],
  ['webhook', () => webhook(url, misspelt as object)],
  ['push', () => push('key', url, misspelt as object)],
  ['stage', () => stage({ into: '/staged', ...misspelt })],
  ['envFile', () => envFile({ key: 'app.env', ...misspelt })],
  ['envKeys', () => envKeys(misspelt as object)],
  ['envOf', () => envOf(misspelt as object)],
  ['httpProbe', () => httpProbe(url, misspelt as object)],
  ['tcpProbe', () => tcpProbe(':1', misspelt as object)],
  ['commandProbe', () => commandProbe(argv, misspelt as object)],
])('%s refuses an option that nobody reads, by its name and not its value', (name, make) => {
  expect(make).toThrow(UsageError)
  expect(make).toThrow(new RegExp(`^${name}: no option chekc$`))
})

const notTyped = (value: unknown): never => value as never

it.each<[string, () => unknown, RegExp]>([
  [
    'a text for a command',
    () => command(notTyped('nginx -s reload')),
    /^command: a command is a list of words$/,
  ],
  [
    'a text for a check',
    () => command(argv, { check: notTyped('true') }),
    /^command: check: a command is a list/,
  ],
  ['no command', () => supervise(notTyped([])), /^supervise: a command is a list/],
  ['an empty program', () => commandProbe(['']), /^commandProbe: a command is a list/],
  ['a check of a server', () => nginx({ check: notTyped('nginx -t') }), /^nginx: check: a command is a list/],
  ['a name for a process', () => signal(notTyped('nginx'), 'SIGHUP'), /^signal: this finds no process$/],
  ['a name for a master', () => nginx({ process: notTyped('nginx') }), /^nginx: this finds no process$/],
  ['half a signal', () => signal(pidFile('/p'), notTyped('HUP')), /^signal: there is no such signal$/],
  [
    'half a stop signal',
    () => supervise(argv, { stopSignal: notTyped('QUIT') }),
    /^supervise: there is no such/,
  ],
  ['no key', () => envFile(notTyped({})), /^envFile: key is missing$/],
  ['no directory', () => stage(notTyped({})), /^stage: into is missing$/],
  ['no options', () => stage(notTyped(undefined)), /^stage: its options are missing$/],
  ['half an address', () => webhook('localhost:1'), /^webhook needs a URL/],
])('refuses %s at once, with what to write instead', (_, make, message) => {
  expect(make).toThrow(UsageError)
  expect(make).toThrow(message)
  expect(make).toThrow(expect.objectContaining({ hint: expect.any(String) }))
})

it('refuses a path for a mount, and one thing for a list of them', async () => {
  const path = '/etc/config'
  await expect(liveConfig(notTyped(path), notTyped({ key: 'a' }))).rejects.toThrow('this is no mount')
  await expect(serveStatus(notTyped({}), { listen: 'unix:/tmp/none' })).rejects.toThrow(
    'observed: not a list',
  )
})
