import { request } from 'node:http'
import { join } from 'node:path'
import { gunicorn } from '@hotmount/adapters/gunicorn'
import { haproxy } from '@hotmount/adapters/haproxy'
import { httpd } from '@hotmount/adapters/httpd'
import { nginx, nginxArgs } from '@hotmount/adapters/nginx'
import { phpFpm } from '@hotmount/adapters/php-fpm'
import { type Argv, supervise, type Supervisor } from '@hotmount/adapters/process'
import { prometheus } from '@hotmount/adapters/prometheus'
import { uwsgi } from '@hotmount/adapters/uwsgi'
import type { AnyReaction } from '@hotmount/core'
import type { Data } from '@hotmount/core/testing'
import { titleOf } from '../../packages/adapters/src/process/match.js'
import { listProcesses } from '../../packages/adapters/src/process/procfs.js'
import { installed } from '../support/servers.js'
import { type Ground, type Row, secret } from './row.js'
import { frozen } from './rows-processes.js'

/** The body of an answer; empty when there is none. */
const ask = (port: number, path = '/'): Promise<string> =>
  new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve(body))
    })
      .once('error', () => resolve(''))
      .end()
  })

/** One server: what it needs to take part. */
interface Engine {
  readonly name: string
  readonly program: string
  readonly signal: NodeJS.Signals
  /** The mounted files; `broken` is a word that the check complains of. */
  readonly files: (version: string, ground: Ground, broken?: string) => Data
  readonly argv: (ground: Ground, program: string) => Argv
  readonly reaction: (ground: Ground, argv: Argv, process: Supervisor, check?: Argv) => AnyReaction
  /** Default: GET / */
  readonly inEffect?: (ground: Ground, server: Supervisor) => Promise<string> | string
  /** Its master itself is asked for the proof: standing still, it would hold the apply already. */
  readonly answersItself?: true
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => void setTimeout(resolve, 20))
}

/** Frozen between apply and verify. */
const frozenLater = (pid: number, reaction: AnyReaction) => ({
  reaction: {
    ...reaction,
    apply: async (...args: Parameters<AnyReaction['apply']>): Promise<unknown> => {
      const receipt: unknown = await reaction.apply(...args)
      process.kill(pid, 'SIGSTOP')
      return receipt
    },
  },
  free: () => process.kill(pid, 'SIGCONT'),
})

const rowOf = ({ name, program, signal, files, argv, reaction, inEffect, answersItself }: Engine): Row => ({
  name,
  needs: [program],
  build: async (ground) => {
    await ground.publish(files('v1', ground))
    const command = argv(ground, installed(program) ?? program)
    const server = supervise(command, { grace: '1s' })
    ground.defer(() => server.stop())
    const version = () => inEffect?.(ground, server) ?? ask(ground.port)
    await until(async () => (await version()) === 'v1')
    const pid = server.pid ?? 0
    const make = (check?: Argv): AnyReaction => reaction(ground, command, server, check)
    return {
      reaction: make(),
      good: (next) => files(next, ground),
      inEffect: version,
      bad: { data: files('x', ground, secret), outcome: 'rejected', code: 'CHECK_FAILED' },
      stuck: {
        check: () => ({ reaction: make(['sleep', '60']) }),
        apply: () => frozen(make(['true']), pid, signal, { pending: answersItself !== true }),
        verify: () =>
          answersItself ? frozenLater(pid, make(['true'])) : frozen(make(['true']), pid, signal),
      },
    }
  },
})

const checked = (check: Argv | undefined): { readonly check?: Argv } => (check ? { check } : {})

const engines: readonly Engine[] = [
  {
    name: 'nginx',
    program: 'nginx',
    signal: 'SIGHUP',
    files: (version, { work, port }, broken = 'lingering_time 5s') => ({
      'nginx.conf': `${process.geteuid?.() === 0 ? 'user root;' : ''}
        worker_processes 2; daemon off; pid ${work}/pid; error_log ${work}/error.log; events {}
        # ${secret}
        http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((each) => `${each}_temp_path ${work}/${each};`).join(' ')}
        server { listen 127.0.0.1:${port}; ${broken}; location / { return 200 '${version}'; } } }`,
    }),
    argv: ({ mount, work }, program) => [program, '-p', work, '-c', join(mount, 'nginx.conf')],
    reaction: (_ground, argv, process, check) => nginx({ process, ...nginxArgs(argv), ...checked(check) }),
  },
  {
    name: 'haproxy',
    program: 'haproxy',
    signal: 'SIGUSR2',
    files: (version, { port }, broken = '') => ({
      'haproxy.cfg': `# ${secret}\ndefaults\n  mode http\n  timeout connect 1s\n  timeout client 9s\n  timeout server 9s\nfrontend f\n  bind 127.0.0.1:${port}\n  ${broken}\n  http-request return status 200 content-type text/plain string ${version}\n`,
    }),
    argv: ({ mount, work }, program) => [
      program,
      '-W',
      '-db',
      '-q',
      '-S',
      `${work}/s`,
      '-f',
      join(mount, 'haproxy.cfg'),
    ],
    reaction: ({ work }, command, process, check) =>
      haproxy({ process, command, socket: `${work}/s`, ...checked(check) }),
    answersItself: true,
  },
  {
    name: 'gunicorn',
    program: 'gunicorn',
    signal: 'SIGHUP',
    files: (version, { port, mount, work }, broken = '') => ({
      'conf.py': `bind = '127.0.0.1:${port}'\nworkers = 2\nchdir = '${mount}'\nerrorlog = '${work}/log'\nraw_env = ['VERSION=${version}', 'TOKEN=${secret}']\n${broken && `raise ValueError('${broken}')`}\n`,
      'app.py': `import os\ndef app(environ, start):\n    start('200 OK', [])\n    return [os.environ['VERSION'].encode()]\n`,
    }),
    argv: ({ mount }, program) => [program, '-c', join(mount, 'conf.py'), 'app:app'],
    reaction: (_ground, command, process, check) => gunicorn({ process, command, ...checked(check) }),
  },
  {
    name: 'httpd',
    program: 'apache2',
    signal: 'SIGUSR1',
    files: (version, { port, mount, work }, broken = '') => ({
      'httpd.conf': `ServerRoot ${work}\nServerName localhost\n# ${secret}\nPidFile ${work}/pid\nErrorLog ${work}/log\nListen 127.0.0.1:${port}\n${['mpm_event', 'authz_core'].map((each) => `LoadModule ${each}_module /usr/lib/apache2/modules/mod_${each}.so`).join('\n')}\nUser www-data\nStartServers 2\nDocumentRoot ${mount}\nErrorDocument 403 ${version}\nErrorDocument 404 ${version}\n${broken}\n`,
    }),
    argv: ({ mount }, program) => [program, '-DFOREGROUND', '-f', join(mount, 'httpd.conf')],
    reaction: (_ground, command, process, check) => httpd({ process, command, ...checked(check) }),
    inEffect: ({ port }) => ask(port, '/none'),
  },
  {
    name: 'phpFpm',
    program: 'php-fpm8.2',
    signal: 'SIGUSR2',
    files: (version, { work }, broken = 'static') => ({
      'fpm.conf': `[global]\nerror_log = ${work}/log\ndaemonize = no\nprocess_control_timeout = 5s\n[${version}]\nlisten = ${work}/s\npm = ${broken}\npm.max_children = 2\nuser = root\nenv[TOKEN] = ${secret}\n`,
    }),
    argv: ({ mount }, program) => [program, '-F', '-R', '-y', join(mount, 'fpm.conf')],
    reaction: (_ground, command, process, check) => phpFpm({ process, command, ...checked(check) }),
    // Its workers show the name of their pool.
    inEffect: (_ground, { pid }) =>
      listProcesses(({ ppid }) => ppid === pid)
        .map((each) => /^php-fpm: pool (\w+)/.exec(titleOf(each))?.[1])
        .find(Boolean) ?? '',
  },
  {
    name: 'uwsgi',
    program: 'uwsgi',
    signal: 'SIGHUP',
    files: (version, { port, mount, work }, broken = '') => ({
      'uwsgi.ini': `[uwsgi]\nplugin = python3\nmaster = true\nprocesses = 2\nhttp-socket = 127.0.0.1:${port}\npythonpath = ${mount}\nmodule = app\nneed-app = true\nstrict = true\ndisable-logging = true\nlogto = ${work}/log\nenv = TOKEN=${secret}\n${broken && `${broken} = 1`}\n`,
      'app.py': `def application(environ, start):\n    start('200 OK', [])\n    return [b'${version}']\n`,
    }),
    argv: ({ mount }, program) => [program, '--ini', join(mount, 'uwsgi.ini')],
    reaction: (_ground, command, process, check) => uwsgi({ process, command, ...checked(check) }),
  },
  {
    name: 'prometheus',
    program: 'prometheus',
    signal: 'SIGHUP',
    files: (version, _ground, broken = '') => ({
      'prometheus.yml': `global:\n  external_labels:\n    version: ${version}\n    token: ${secret}\n${broken && `${broken}: 1\n`}`,
    }),
    argv: ({ mount, work, port }, program) => [
      program,
      `--config.file=${join(mount, 'prometheus.yml')}`,
      `--storage.tsdb.path=${work}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-lifecycle',
      '--log.level=error',
    ],
    reaction: ({ port }, command, _process, check) =>
      prometheus({ command, url: `http://127.0.0.1:${port}`, ...checked(check) }),
    inEffect: async ({ port }) => /version: (\w+)/.exec(await ask(port, '/api/v1/status/config'))?.[1] ?? '',
    answersItself: true,
  },
]

/** The presets, each with its real server. */
export const rowsOfServers: readonly Row[] = engines.map(rowOf)
