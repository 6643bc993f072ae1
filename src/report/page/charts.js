// Draws the learning curves of a report, in the browser of its reader: with uPlot, from the JSON of the page.
/* global document, matchMedia, getComputedStyle, ResizeObserver, uPlot */
const { epochs, best, panels } = JSON.parse(document.getElementById('curves').textContent)
const HEIGHT = 240
const numbers = Array.from({ length: epochs }, (_, index) => index + 1)
const dark = matchMedia('(prefers-color-scheme: dark)')
const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
const short = (value) => (value == null ? '–' : String(Number(value.toPrecision(5))))

for (const [index, panel] of panels.entries()) {
  const place = document.getElementById(`chart-${index}`)
  const canvas = place.querySelector('.canvas')
  const status = place.querySelector('[role=status]')
  let plot = draw(canvas, panel)
  dark.addEventListener('change', () => {
    plot.destroy()
    plot = draw(canvas, panel)
  })
  new ResizeObserver(() => plot.setSize({ width: canvas.clientWidth, height: HEIGHT })).observe(canvas)

  const zoom = (factor) => {
    const { min, max } = plot.scales.x
    const at = plot.cursor.idx == null ? (min + max) / 2 : numbers[plot.cursor.idx]
    const width = Math.min(epochs - 1, Math.max(1, (max - min) * factor))
    const from = Math.min(Math.max(1, at - width / 2), Math.max(1, epochs - width))
    plot.setScale('x', { min: from, max: from + width })
  }
  const whole = () => plot.setScale('x', xRange())
  const actions = { in: () => zoom(0.5), out: () => zoom(2), whole }
  for (const button of place.querySelectorAll('button')) {
    button.addEventListener('click', () => actions[button.dataset.action]())
  }
  const move = (to) => {
    const at = Math.min(epochs - 1, Math.max(0, to))
    plot.setCursor({ left: plot.valToPos(numbers[at], 'x'), top: 0 })
    const values = panel.series.map(({ label, values: all }) => `${label} ${short(all[at])}`)
    status.textContent = `epoch ${numbers[at]}: ${values.join(', ')}`
  }
  const keys = {
    ArrowLeft: () => move((plot.cursor.idx ?? epochs) - 1),
    ArrowRight: () => move((plot.cursor.idx ?? -1) + 1),
    Home: () => move(0),
    End: () => move(epochs - 1),
    '+': actions.in,
    '-': actions.out,
    Escape: whole,
  }
  canvas.addEventListener('keydown', (event) => {
    const action = keys[event.key]
    if (!action) return
    event.preventDefault()
    action()
  })
}

/** The range of all epochs. */
function xRange() {
  return epochs > 1 ? { min: 1, max: epochs } : { min: 0, max: 2 }
}

function draw(canvas, { isLog, series }) {
  const axis = { stroke: color('muted'), grid: { stroke: color('line'), width: 1 }, ticks: { stroke: color('line') } }
  return new uPlot(
    {
      width: canvas.clientWidth,
      height: HEIGHT,
      cursor: { sync: { key: 'epoch' }, drag: { x: true, y: false } },
      scales: { x: { time: false, ...(epochs === 1 && { range: [0, 2] }) }, y: { distr: isLog ? 3 : 1 } },
      axes: [
        { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 10_000, 50_000, 100_000] },
        { ...axis, size: 70, values: (_, ticks) => ticks.map((tick) => (tick == null ? '' : short(tick))) },
      ],
      series: [
        { label: 'epoch', value: (_, value) => value ?? '–' },
        ...series.map(({ label, color: stroke }) => ({
          label,
          stroke,
          width: 2,
          points: { show: epochs <= 30, size: 5, fill: stroke },
          value: (_, value) => short(value),
        })),
      ],
      hooks: { draw: [(plot) => best != null && markBest(plot)] },
    },
    [numbers, ...series.map(({ values }) => values)],
    canvas,
  )
}

/** A dashed line at the best epoch. */
function markBest({ ctx, bbox, valToPos }) {
  const x = Math.round(valToPos(best, 'x', true))
  if (x < bbox.left || x > bbox.left + bbox.width) return
  ctx.save()
  ctx.strokeStyle = color('bad')
  ctx.setLineDash([6, 4])
  ctx.beginPath()
  ctx.moveTo(x, bbox.top)
  ctx.lineTo(x, bbox.top + bbox.height)
  ctx.stroke()
  ctx.restore()
}
