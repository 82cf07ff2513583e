/** Colours for a light and a dark page; nothing is fetched. */
export const style = `
  .paper { fill: #ffffff; stroke: #d0d7de }
  text { font: 13px system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', 'DejaVu Sans', sans-serif; fill: #1f2328 }
  .title { font-size: 18px; font-weight: 650 }
  .head { font-weight: 650 }
  .small { font-size: 11.5px; fill: #59636e }
  .grid { stroke: #d8dee4; stroke-width: 1 }
  .band { fill: #0969da; opacity: 0.07 }
  .own { font-weight: 700; fill: #0969da }
  .dot { stroke: none; fill: #8c959f }
  .dot.floor { fill: #424a53 }
  .dot.ours { fill: #0969da }
  .reach { stroke: #8c959f; stroke-width: 2; opacity: 0.55 }
  .reach.floor { stroke: #424a53 }
  .reach.ours { stroke: #0969da }
  .good { fill: #1a7f37; font-weight: 650 }
  .bad { fill: #cf222e; font-weight: 650 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117; stroke: #30363d }
    text { fill: #e6edf3 }
    .small { fill: #9198a1 }
    .grid { stroke: #262c34 }
    .band { fill: #4493f8; opacity: 0.12 }
    .own { fill: #58a6ff }
    .dot { fill: #7d8590 }
    .dot.floor { fill: #d1d7e0 }
    .dot.ours { fill: #58a6ff }
    .reach { stroke: #7d8590 }
    .reach.floor { stroke: #d1d7e0 }
    .reach.ours { stroke: #58a6ff }
    .good { fill: #3fb950 }
    .bad { fill: #ff7b72 }
  }
`
