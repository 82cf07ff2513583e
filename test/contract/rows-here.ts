import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyReaction, Change } from '@hotmount/core'
import { envFile, envKeys } from '@hotmount/adapters/env'
import { push, webhook } from '@hotmount/adapters/http'
import { httpProbe } from '@hotmount/adapters/probe'
import { type Argv, command } from '@hotmount/adapters/process'
import { stage } from '@hotmount/adapters/stage'
import { type Row, secret } from './row.js'
import { listen } from './web.js'

const inMemory = 'it only sets variables of this process, and waits for nothing'
const noWaits = { 'gives up check': inMemory, 'gives up apply': inMemory, 'gives up verify': inMemory }

/** A check that prints the config, as many do of the line that they complain of. */
const quotesAndLooks = (directory: string): Argv => [
  'sh',
  '-c',
  'cat "$0/config"; grep -q ^v "$0/version"',
  directory,
]

/** What the webhook sends instead of names. */
const told = ({ snapshot }: Change): unknown => ({
  version: snapshot.text('version'),
  token: snapshot.text('token'),
})

const textOf = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** What never answers. */
const silent = async (defer: (end: () => unknown) => void): Promise<{ url: string; heard: () => number }> => {
  const { url, heard } = await listen(defer, () => undefined)
  return { url, heard: () => heard.length }
}

const env: readonly Row[] = [
  {
    name: 'envFile',
    skips: noWaits,
    build: () => {
      const into: NodeJS.ProcessEnv = {}
      return {
        reaction: envFile({ key: 'app.env', into, required: ['VERSION'] }),
        good: (version) => ({ 'app.env': `VERSION=${version}\nTOKEN=${secret}\n` }),
        inEffect: () => into['VERSION'],
        bad: { data: { 'app.env': `TOKEN="${secret}"\n` }, outcome: 'rejected', code: 'SCHEMA_FAILED' },
        stuck: {},
      }
    },
  },
  {
    name: 'envKeys',
    skips: noWaits,
    build: () => {
      const into: NodeJS.ProcessEnv = {}
      return {
        reaction: envKeys({ into }),
        good: (version) => ({ VERSION: version, TOKEN: secret }),
        inEffect: () => into['VERSION'],
        bad: { data: { VERSION: 'v0', LD_PRELOAD: secret }, outcome: 'rejected', code: 'SCHEMA_FAILED' },
        stuck: {},
      }
    },
  },
]

const commands: readonly Row[] = [
  {
    name: 'command',
    build: async ({ mount, work, defer }) => {
      const { url, heard } = await silent(defer)
      const target = join(work, 'version')
      return {
        reaction: command(['cp', join(mount, 'version'), target], { check: quotesAndLooks(mount) }),
        good: (version) => ({ version, config: secret }),
        inEffect: () => textOf(target),
        bad: { data: { version: 'x', config: `${secret}\n` }, outcome: 'rejected', code: 'CHECK_FAILED' },
        stuck: {
          check: () => ({ reaction: command(['true'], { check: ['sleep', '60'] }) }),
          apply: () => ({ reaction: command(['sh', '-c', 'sleep 60 & wait']) }),
          verify: () => ({
            reaction: command(['true'], { verify: httpProbe(url) }),
            isWaiting: () => heard() > 0,
          }),
        },
      }
    },
  },
]

const http: readonly Row[] = [
  {
    name: 'webhook',
    skips: { 'gives up check': 'it has no check: only the receiver knows what it takes' },
    build: async ({ defer }) => {
      const mute = await silent(defer)
      const { url, heard } = await listen(defer, (text) => (text.includes('bad') ? 422 : 200))
      const taken = (): string | undefined =>
        heard.findLast((each) => !each.body.includes('bad'))?.body.replace(/^.*"version":"(\w+)".*$/s, '$1')
      return {
        reaction: webhook(url, { body: told }),
        good: (version) => ({ version, token: secret }),
        inEffect: taken,
        bad: { data: { version: `bad ${secret}`, token: secret }, outcome: 'failed', code: 'APPLY_FAILED' },
        stuck: {
          apply: () => ({ reaction: webhook(mute.url), isWaiting: () => mute.heard() > 0 }),
          verify: () => {
            const from = mute.heard()
            return {
              reaction: webhook(url, { body: told, verify: httpProbe(mute.url) }),
              isWaiting: () => mute.heard() > from,
            }
          },
        },
      }
    },
  },
  {
    name: 'push',
    skips: { 'gives up check': 'it only looks whether the key is there' },
    build: async ({ defer }) => {
      const mute = await silent(defer)
      let kept = ''
      const { url } = await listen(defer, (body, method) => {
        if (method === 'POST') kept = body
        return method === 'POST' ? 200 : kept
      })
      const half = await listen(defer, (_body, method) => (method === 'POST' ? 200 : undefined))
      return {
        reaction: push('backends.json', url),
        good: (version) => ({ 'backends.json': JSON.stringify({ version, token: secret }) }),
        inEffect: () => /"version":"(\w+)"/.exec(kept)?.[1],
        bad: { data: { other: secret }, outcome: 'rejected', code: 'KEY_MISSING' },
        stuck: {
          apply: () => ({ reaction: push('backends.json', mute.url), isWaiting: () => mute.heard() > 0 }),
          verify: () => ({
            reaction: push('backends.json', half.url),
            isWaiting: () => half.heard.length > 1,
          }),
        },
      }
    },
  },
]

const waits: AnyReaction = {
  name: 'waits',
  apply: (_change, { clock, signal }) => clock.sleep(60_000, signal),
}

const staging: readonly Row[] = [
  {
    name: 'stage',
    build: ({ work }) => {
      const into = join(work, 'into')
      const stuckIn = (options: object, then?: AnyReaction) => ({
        reaction: stage({ into: join(work, `stuck-${Object.keys(options).join('')}`), ...options }, then),
      })
      return {
        reaction: stage({ into, check: quotesAndLooks }),
        good: (version) => ({ version, config: secret }),
        inEffect: () => textOf(join(into, '..data/version')),
        bad: { data: { version: 'x', config: `${secret}\n` }, outcome: 'rejected', code: 'CHECK_FAILED' },
        stuck: {
          check: () => stuckIn({ check: () => ['sleep', '60'] }),
          apply: () => stuckIn({}, waits),
          verify: () =>
            stuckIn(
              {},
              {
                name: 'instant',
                apply: () => 1,
                verify: (_, context) => waits.apply(context.change, context) as Promise<void>,
              },
            ),
        },
      }
    },
  },
]

/** Adapters that need nothing but this process and a few programs that every system has. */
export const rowsHere: readonly Row[] = [...env, ...commands, ...http, ...staging]
