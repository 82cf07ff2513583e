import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { watchConfigMap } from '@hotmount/core'
import { runScript, type ScriptMount } from '@hotmount/core/testing'
import { describe, expect, it } from 'vitest'

const folder = join(import.meta.dirname, '../scripts')
const scripts = readdirSync(folder)
  .filter((name) => name.endsWith('.mount'))
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

const deaf = async (...args: Parameters<typeof watchConfigMap>): Promise<ScriptMount> => {
  const mount = await watchConfigMap(...args)
  mount.on('error', () => undefined)
  const { snapshot } = mount
  return { snapshot, on: () => undefined, resync: async () => snapshot, close: () => mount.close() }
}

describe('scripts', () => {
  it.each(scripts)('$name', async ({ name, text }) => {
    await expect(runScript(text, { watch: watchConfigMap, name })).resolves.toBeUndefined()
  })
})

describe('scripts that expect something to be told', () => {
  const telling = scripts.filter(({ text }) => /^expect (?:change|error|finally)/m.test(text))

  it.each(telling)('$name fails with a watcher that is deaf', async ({ name, text }) => {
    await expect(runScript(text, { watch: deaf, name, timeoutMs: 20 })).rejects.toThrow(
      /expected .* came nothing/,
    )
  })
})
