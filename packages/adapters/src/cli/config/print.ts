import { yamlText } from '../../formats/yaml.js'
import type { Config } from './config.js'

/** Where the JSON Schema of the file is, for editors. */
const schemaUrl = 'https://unpkg.com/@hotmount/adapters/hotmount.schema.json'

/** A config as the file that says it. */
export const configText = (config: Config): string =>
  `# yaml-language-server: $schema=${schemaUrl}\n${yamlText(config)}`
