/** Colours for a terminal, or none. */
export interface Palette {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly accent: (text: string) => string
  readonly dim: (text: string) => string
  readonly bold: (text: string) => string
}

const sgr =
  (open: number, close: number) =>
  (text: string): string =>
    `\u001B[${open}m${text}\u001B[${close}m`

const plain = (text: string): string => text

/** Colours as asked: a terminal gets them unless NO_COLOR is set, anything else only with FORCE_COLOR. */
export const paletteFor = (isTerminal: boolean, env: NodeJS.ProcessEnv): Palette => {
  const wanted = isTerminal || (env['FORCE_COLOR'] ?? '0') !== '0'
  return wanted && (env['NO_COLOR'] ?? '') === ''
    ? { good: sgr(32, 39), bad: sgr(31, 39), accent: sgr(36, 39), dim: sgr(2, 22), bold: sgr(1, 22) }
    : { good: plain, bad: plain, accent: plain, dim: plain, bold: plain }
}
