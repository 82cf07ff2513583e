import { styleText } from 'node:util'
import type { Io, Output } from './io.js'

/** How a piece of text stands out. */
export type Paint = (style: 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', text: string) => string

/** Colours for a terminal; none where the output goes elsewhere, or NO_COLOR is set. */
export const paintFor = (output: Output, env: Io['env']): Paint => {
  const isColourful = output.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
  // One format at a time: on Node 20 a list of formats ignores the stream and NO_COLOR.
  return (style, text) => (isColourful ? styleText(style, text, { validateStream: false }) : text)
}

/** A name for one line of a terminal: as it is when it is plain ASCII, else quoted and escaped. */
export const showName = (name: string): string =>
  /^[!-~]+$/.test(name)
    ? name
    : JSON.stringify(name).replaceAll(
        /[^ -~]/g,
        (char) => String.raw`\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
