import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { toJsonSchema } from '@valibot/to-json-schema'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../../packages/adapters/src/cli/config/schema.js'

const file = new URL('../../../packages/adapters/schema/hotmount.schema.json', import.meta.url)

/** What is published, made from the schema that judges. */
const published = (): string => {
  const schema = toJsonSchema(configSchema, { typeMode: 'input', ignoreActions: ['check'] })
  const head = { title: 'hotmount.yaml', description: 'What hotmount watches, and what it does on a change.' }
  return `${JSON.stringify({ $schema: schema.$schema, ...head, ...schema }, undefined, 2)}\n`
}

describe('the JSON Schema', () => {
  it('says what the command judges by; UPDATE_DOCS=1 and npm run format bring it up to date', () => {
    if (process.env['UPDATE_DOCS'] === '1') {
      mkdirSync(new URL('.', file), { recursive: true })
      writeFileSync(file, published())
    }
    // As values: the formatter has a say in how it is written.
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(published()))
  })
})
