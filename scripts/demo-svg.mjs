// Runs the built demo with colours and draws what it prints: node scripts/demo-svg.mjs > docs/demo.svg
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const [advance, lineHeight, fontSize, margin, bar] = [8.4, 20, 14, 24, 40]
const colours = { text: '#e6edf3', dim: '#8b949e', green: '#3fb950', cyan: '#39c5cf', red: '#f85149' }

const main = fileURLToPath(new URL('../examples/dist/demo/main.js', import.meta.url))
const env = { ...process.env, FORCE_COLOR: '1', NO_COLOR: undefined, TMPDIR: '/tmp' }
const printed = execFileSync(process.execPath, [main], { encoding: 'utf8', env })

const styled = {
  1: (style) => ({ ...style, bold: true }),
  2: (style) => ({ ...style, fill: colours.dim }),
  22: (style) => ({ ...style, bold: false, fill: colours.text }),
  31: (style) => ({ ...style, fill: colours.red }),
  36: (style) => ({ ...style, fill: colours.cyan }),
  32: (style) => ({ ...style, fill: colours.green }),
  39: (style) => ({ ...style, fill: colours.text }),
}

/** A line as runs of one style, each with the column it begins at. */
const runsOf = (line) => {
  const runs = []
  let style = { bold: false, fill: colours.text }
  let column = 0
  for (const [index, part] of line.split('\u001B[').entries()) {
    const [, code, text] = index === 0 ? [part, '', part] : (/^(\d+)m(.*)$/.exec(part) ?? [part, '', part])
    style = styled[code]?.(style) ?? style
    if (text.trim() !== '') runs.push({ ...style, column, text })
    column += text.length
  }
  return { runs, columns: column }
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const round = (number) => Number(number.toFixed(1))

// Each run has a place of its own: a font that draws ✓ wider than a letter moves nothing else.
const tspan = ({ bold, fill, column, text }) => {
  const blanks = text.length - text.trimStart().length
  const x = round(margin + (column + blanks) * advance)
  return `<tspan x="${x}" fill="${fill}"${bold ? ' font-weight="700"' : ''}>${escape(text.trim())}</tspan>`
}

const prompt = `\u001B[32m$\u001B[39m \u001B[1mnpm run demo\u001B[22m`
const lines = [prompt, '', ...printed.trimEnd().split('\n')].map(runsOf)
const width = Math.ceil(2 * margin + Math.max(...lines.map(({ columns }) => columns)) * advance)
const height = bar + lines.length * lineHeight + margin
const drawn = lines.map(({ runs }, index) => {
  const y = bar + (index + 1) * lineHeight - 5
  return runs.length === 0 ? '' : `    <text y="${y}">${runs.map(tspan).join(' ')}</text>\n`
})
const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
  (fill, index) => `  <circle cx="${24 + index * 20}" cy="21" r="6" fill="${fill}"/>\n`,
)

console.log(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
  <title id="title">What npm run demo prints</title>
  <rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="10" fill="#0d1117" stroke="#30363d"/>
${dots.join('')}  <g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}">
${drawn.join('')}  </g>
</svg>`)
