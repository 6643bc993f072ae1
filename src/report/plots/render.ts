/** Renders charts of Vega-Lite as SVG and PNG pictures, without a browser. */
import { fileURLToPath } from 'node:url'
import type { TopLevelSpec } from 'vega-lite'
import { configOf, darkRules, type ThemeName } from './theme.js'

/** A chart in the grammar of Vega-Lite. */
export type Chart = TopLevelSpec

/** `auto`: light or dark, as the screen of the reader is. A picture of pixels is light then. */
export type PlotTheme = ThemeName | 'auto'

/** The only font of pictures of pixels that is the same on every machine. */
const FONT_FILE = fileURLToPath(new URL('../../../generated/DejaVuSans.ttf', import.meta.url))

/** Mean width of a letter of DejaVu Sans, in units of the font size; other fonts of screens are narrower. */
const LETTER_WIDTH = 0.6

/** Pixels of a PNG picture for each unit of the chart. */
const SCALE = 2

/** Returns an SVG document. It loads nothing and runs no script. */
export async function svgOf(chart: Chart, theme: PlotTheme): Promise<string> {
  const [{ compile }, vega] = await Promise.all([import('vega-lite'), import('vega')])
  measureText(vega)
  const { spec } = compile(chart, {
    config: configOf(theme === 'auto' ? 'light' : theme),
    logger: vega.logger(vega.Error),
  })
  const view = new vega.View(vega.parse(spec), { renderer: 'none', logLevel: vega.Error })
  try {
    const svg = await view.toSVG()
    const style = theme === 'auto' ? `<style>@media (prefers-color-scheme:dark){${darkRules()}}</style>` : ''
    return `${svg.replace(/^<svg[^>]*>/, (start) => start + style)}\n`
  } finally {
    view.finalize()
  }
}

/** Returns a PNG picture. Letters that our font lacks are drawn with those of the system. */
export async function pngOfChart(chart: Chart, theme: PlotTheme): Promise<Uint8Array> {
  const svg = await svgOf(chart, theme === 'auto' ? 'light' : theme)
  const { Resvg } = (await import('@resvg/resvg-js')).default
  const picture = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: SCALE },
    font: {
      fontFiles: [FONT_FILE],
      loadSystemFonts: true,
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
  })
  return picture.render().asPng()
}

/** The types of Vega leave out how it measures texts; without a canvas it takes letters for wider than they are. */
function measureText(vega: unknown): void {
  const { textMetrics } = vega as { textMetrics: TextMetrics }
  textMetrics.width = (item, text) => LETTER_WIDTH * String(text).length * textMetrics.height(item)
}

interface TextMetrics {
  height(item: unknown): number
  width: (item: unknown, text: unknown) => number
}
