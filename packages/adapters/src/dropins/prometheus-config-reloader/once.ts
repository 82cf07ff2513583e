import { watchConfigMap } from '@hotmount/core'
import type { Log } from '../../cli/log.js'
import { inContext } from '../../process/target-error.js'
import { type Environment, expandedConfig } from './expand.js'
import { OutputFile } from './output.js'
import type { ReloaderOptions } from './options.js'

/**
 * Writes the config once, before Prometheus starts (an init container): nobody is told.
 *
 * @throws MountError, InvalidConfigError, ReactionError
 */
export const writeOnce = async (
  { configFile, outputFile }: ReloaderOptions,
  env: Environment,
  log: Log,
  signal: AbortSignal,
): Promise<number> => {
  if (configFile === undefined || outputFile === undefined) {
    log({
      level: 'warn',
      msg: 'nothing to write',
      text: 'nothing to write: it takes --config-file and --config-envsubst-file',
    })
    return 0
  }
  const mount = await watchConfigMap(configFile, { signal })
  const { snapshot } = mount
  await mount.close()
  const [key = ''] = snapshot.keys()
  const bytes = expandedConfig(snapshot, key, env, () => undefined)
  const where = { reaction: 'prometheus', stage: 'apply', revision: snapshot.revision } as const
  await inContext(where, () => new OutputFile(outputFile).put(bytes))
  log({
    level: 'info',
    msg: 'config written',
    text: `${outputFile} is written`,
    fields: { output: outputFile, revision: snapshot.revision },
  })
  return 0
}
