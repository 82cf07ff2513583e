declare module 'vitest' {
  interface ProvidedContext {
    readonly kubeconfig: string | null
  }
}

const name = 'HOTMOUNT_TEST_KUBECONFIG'

/**
 * The kubeconfig of a real API server to test on; null: the double is tested on. Taken out of the environment: it is
 * no variable of hotmount, whose processes would say so.
 */
export const takeKubeconfig = (): string | null => {
  const { [name]: kubeconfig = null } = process.env
  delete process.env[name]
  return kubeconfig
}
