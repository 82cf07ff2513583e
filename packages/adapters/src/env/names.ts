/** What every shell and every getenv takes as the name of a variable; not `__proto__`, which no object takes. */
export const isVariableName = (name: string): boolean =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && name !== '__proto__'

/** A variable that is really there: process.env also has what every object has, like `constructor`. */
export const variable = (env: NodeJS.ProcessEnv, name: string): string | undefined =>
  Object.hasOwn(env, name) ? env[name] : undefined

/** Whether a list of names and patterns has this name. `search` ignores the state of /g and /y patterns. */
export const isDenied = (name: string, deny: readonly (string | RegExp)[]): boolean =>
  deny.some((one) => (typeof one === 'string' ? one === name : name.search(one) >= 0))
