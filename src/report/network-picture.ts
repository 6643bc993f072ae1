/** Draws a model as an SVG picture: a box per call of a layer, and edges between them, from top to bottom. */
import { type Edge, Graph, layout } from '@dagrejs/dagre'
import { formatShape } from '../base/shape.js'
import type { SummaryReport } from '../export/summary-report.js'

const HEIGHT = 52
const LEAST_WIDTH = 120
const PADDING = 14
/** Width of a letter in large and in small text, a little more than most fonts need. */
const LARGE = 7.6
const SMALL = 6.6
const MARGIN = 24
const TITLE = 40

const COLORS = {
  text: '#222',
  soft: '#666',
  edge: '#8a94a3',
  border: '#5b6b82',
  box: '#eef2f7',
  data: '#e6f0e4',
  output: '#f7ecd9',
}

interface Box {
  readonly id: string
  readonly title: string
  readonly lines: readonly string[]
  readonly fill: string
  readonly inputs: readonly string[]
}

export function networkPicture(report: SummaryReport): string {
  const boxes = boxesOf(report)
  const graph = new Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 34, edgesep: 16, marginx: MARGIN, marginy: MARGIN })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const box of boxes) graph.setNode(box.id, { width: widthOf(box), height: HEIGHT })
  for (const { id, inputs } of boxes) {
    for (const [index, input] of inputs.entries()) graph.setEdge(input, id, {}, String(index))
  }
  layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  const title = report.name
  const wide = Math.max(Math.ceil(width), Math.ceil(title.length * 9) + 2 * MARGIN)
  const high = Math.ceil(height) + TITLE
  const shift = (wide - width) / 2
  const edges = graph.edges().map((edge: Edge) => {
    const { points } = graph.edge(edge) as { points: readonly { x: number; y: number }[] }
    return `<path d="${curve(points)}" fill="none" stroke="${COLORS.edge}" stroke-width="1.4" marker-end="url(#tip)"/>`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${high}" viewBox="0 0 ${wide} ${high}" font-family="sans-serif">`,
    `<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0.5L8 4L0 7.5z" fill="${COLORS.edge}"/></marker></defs>`,
    `<rect width="${wide}" height="${high}" fill="white"/>`,
    `<text x="${round(wide / 2)}" y="28" text-anchor="middle" font-size="15" fill="${COLORS.text}">${escaped(title)}</text>`,
    `<g transform="translate(${round(shift)} ${TITLE})">`,
    ...edges,
    ...boxes.map((box) => drawn(box, graph.node(box.id) as { x: number; y: number; width: number })),
    '</g>',
    '</svg>\n',
  ].join('\n')
}

function boxesOf({ inputs: data, layers, outputs }: SummaryReport): Box[] {
  const shapes = (shape: readonly number[]) => formatShape([null, ...shape])
  const called = layers.flatMap(({ name, type, parameters, calls }) =>
    calls.map((call): Box => {
      const again = call.name === name ? '' : `, shares ${name}`
      const count = parameters > 0 && again === '' ? ` · ${parameters.toLocaleString('en')} params` : ''
      return {
        id: call.name,
        title: type,
        lines: [`${call.name}${again}`, shapes(call.output_shape) + count],
        fill: type === 'Input' ? COLORS.data : outputs.includes(call.name) ? COLORS.output : COLORS.box,
        inputs: type === 'Input' ? [] : call.inputs,
      }
    }),
  )
  const taken = new Set(called.flatMap(({ inputs }) => inputs))
  const sources = data
    .filter(({ name }) => taken.has(name))
    .map(
      ({ name, shape }): Box => ({
        ...{ id: name, title: 'data', fill: COLORS.data, inputs: [] },
        lines: [data.length === 1 ? '' : name, shapes(shape)],
      }),
    )
  return [...sources, ...called]
}

const widthOf = ({ title, lines }: Box): number =>
  Math.max(LEAST_WIDTH, 2 * PADDING + Math.max(title.length * LARGE, ...lines.map((line) => line.length * SMALL)))

function drawn({ title, lines, fill }: Box, { x, y, width }: { x: number; y: number; width: number }): string {
  const line = (text: string, dy: number, size: number, color: string) =>
    text === ''
      ? ''
      : `<text x="${round(x)}" y="${round(y + dy)}" text-anchor="middle" font-size="${size}" fill="${color}">${escaped(text)}</text>`
  const [name, shape] = lines as [string, string]
  return [
    `<rect x="${round(x - width / 2)}" y="${round(y - HEIGHT / 2)}" width="${round(width)}" height="${HEIGHT}" rx="6" fill="${fill}" stroke="${COLORS.border}"/>`,
    line(title, name === '' ? -4 : -9, 13, COLORS.text),
    line(name, 6, 11, COLORS.soft),
    line(shape, name === '' ? 14 : 20, 11, COLORS.text),
  ].join('')
}

/** A smooth path that is straight at its ends and passes halfway between inner points. */
function curve(points: readonly { x: number; y: number }[]): string {
  const at = ({ x, y }: { x: number; y: number }) => `${round(x)} ${round(y)}`
  const [first, ...rest] = points
  const last = rest.at(-1)!
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1]!
    const end = index === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }
    return `Q${at(point)} ${at(end)}`
  })
  return `M${at(first!)}${bends.length > 0 ? bends.join('') : `L${at(last)}`}`
}

const round = (value: number): number => Math.round(value * 10) / 10

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
