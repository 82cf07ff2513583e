import { envFile, envKeys, envOf } from '@hotmount/adapters/env'
import { push, webhook } from '@hotmount/adapters/http'
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
