/** The page of a run: one HTML file that loads nothing, with everything that a reader of a run asks for. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { formatDuration } from '../numbers.js'
import { curvePlot } from '../plots/curves.js'
import { curvesChart } from '../plots/curves-chart.js'
import { svgOf } from '../plots/render.js'
import { darkRules } from '../plots/theme.js'
import { chartData, curvesSection } from './curves-section.js'
import { Html, html, jsonIn } from './html.js'
import { dataSection, environmentSection, modelSection, specSection, warningsSection } from './run-sections.js'
import { expectationsSection, measuresSection, scoreWords } from './score-sections.js'
import { pngAddress, type RunPage, type Section } from './section.js'
import { testSections } from './test-sections.js'

export async function runPage(page: RunPage): Promise<string> {
  const { history, label } = page
  const plot = curvePlot([{ label, history, family: null }])
  const sections = [
    measuresSection(history),
    expectationsSection(history),
    curvesSection(plot, history),
    ...(await testSections(page.outputs)),
    picturesSection(page.pictures),
    modelSection(page.model),
    dataSection(page.form, history),
    environmentSection(history),
    warningsSection(history),
    specSection(page.spec),
  ].filter((section) => section !== null)
  const { style, script } = await assets()
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${sha256(script)}'`
  const still = new Html(await svgOf(curvesChart(plot, 'Learning curves'), 'light'))
  return `<!doctype html>\n${
    html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${history.name}: report of a run</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1>${history.name}</h1>
<p class="lead">${label}, started ${history.started.slice(0, 16).replace('T', ' ')} UTC, ${formatDuration(history.total_seconds)}</p>
${scoreWords(history)}
</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${sections.map(({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>\n${body}</section>\n`)}
</main>
<noscript><h2>Learning curves</h2><div class="plots">${still}</div></noscript>
<script type="application/json" id="curves">${jsonIn(chartData(plot))}${END}
<script>${new Html(script)}${END}
</body>
</html>`.text
  }\n`
}

/** A bundler rewrites a template that contains this itself. */
const END = new Html('</script>')

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64')

/** The styles and the program of the page, those of uPlot before our own. */
async function assets(): Promise<{ style: string; script: string }> {
  const require = createRequire(import.meta.url)
  const read = (file: string | URL) => readFile(file, 'utf8')
  const own = (name: string) => read(new URL(name, import.meta.url))
  const style = [await read(require.resolve('uplot/dist/uPlot.min.css')), await own('style.css'), darkStyle()]
  const script = [await read(require.resolve('uplot/dist/uPlot.iife.min.js')), `{${await own('charts.js')}}`]
  return { style: style.join('\n'), script: script.join('\n') }
}

const darkStyle = (): string => `@media (prefers-color-scheme:dark){${darkRules('.plots ')}}`

function picturesSection(pictures: RunPage['pictures']): Section | null {
  if (pictures.length === 0) return null
  const body = html`<div class="pictures">${pictures.map(({ name, png }) => {
    const words = name.replace(/\.png$/, '').replaceAll(/[-_]/g, ' ')
    return html`<h3>${words}</h3><img alt="${words}" src="${pngAddress(png)}">`
  })}</div>`
  return { id: 'pictures', title: 'Pictures', body }
}
