import { basename } from 'node:path'

/**
 * The command line as it is meant when the program is called by the name of an original, as through a link
 * `/bin/prometheus-config-reloader`: manifests of the operator name that path.
 *
 * @example
 * calledAs('/bin/configmap-reload', ['-volume-dir=/c']) // ['configmap-reload', '-volume-dir=/c']
 */
export const calledAs = (script: string | undefined, argv: readonly string[]): readonly string[] => {
  const name = basename(script ?? '')
  return name === 'configmap-reload' || name === 'prometheus-config-reloader' ? [name, ...argv] : argv
}
