/** Colours and fonts of plots, on a light and on a dark background. */
import type { Config } from 'vega-lite'

export const THEMES = {
  light: { background: '#ffffff', text: '#1f2328', muted: '#59636e', grid: '#e1e5ea' },
  dark: { background: '#14171c', text: '#e6edf3', muted: '#9aa5b1', grid: '#2d333b' },
} as const

export type ThemeName = keyof typeof THEMES

/** Colours of curves. The contrast of each is at least 3 on both backgrounds (WCAG 2.2, 1.4.11). */
export const CURVE_COLORS = [
  ...['#3b7dd8', '#d9730d', '#2e9e6b', '#b14fc5', '#d64550', '#0f9aa8'],
  ...['#a07d10', '#7a6ff0', '#c2528b', '#6b8e23', '#8a7968', '#6f7b8a'],
] as const

const FONT = 'system-ui, sans-serif'

/** Settings of Vega-Lite for a theme. */
export function configOf(theme: ThemeName): Config {
  const { background, text, muted, grid } = THEMES[theme]
  return {
    background,
    font: FONT,
    padding: 16,
    view: { stroke: null },
    text: { color: text },
    title: { color: text, subtitleColor: muted, fontSize: 15, subtitleFontSize: 12, anchor: 'start', offset: 12 },
    axis: {
      ...{ labelColor: muted, titleColor: muted, domainColor: muted, tickColor: muted, gridColor: grid },
      ...{ labelFontSize: 11, titleFontSize: 11, titleFontWeight: 'normal' },
    },
    legend: { labelColor: text, titleColor: muted, labelFontSize: 12, titleFontSize: 11, titleFontWeight: 'normal' },
    range: { category: [...CURVE_COLORS] },
  }
}

/** Rules that give the colours of the light theme those of the dark theme, within what `inside` selects. */
export const darkRules = (inside = ''): string =>
  Object.entries(THEMES.light)
    .map(([name, light]) => {
      const dark = THEMES.dark[name as keyof typeof THEMES.light]
      return `${inside}[fill="${light}"]{fill:${dark}}${inside}[stroke="${light}"]{stroke:${dark}}`
    })
    .join('')
