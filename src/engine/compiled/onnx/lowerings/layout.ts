/**
 * Converts between the layouts of tfjs (channels last) and ONNX (channels first). Only this file does, each time with a
 * Transpose.
 */
import type { Shape } from '../../../../base/shape.js'
import type { Window } from '../../graph/kernels/window.js'
import { type Emitter, transpose } from './lowering.js'

/** 1, 2, ...: the inner axes of (batch, ...space, channels). */
const space = (rank: number): number[] => Array.from({ length: rank - 2 }, (_, axis) => axis + 1)

/** (batch, ...space, channels) -> (batch, channels, ...space) */
export const channelsFirst = (emit: Emitter, x: string, { length: rank }: Shape) =>
  transpose(emit, x, [0, rank - 1, ...space(rank)])

/** (batch, channels, ...space) -> (batch, ...space, channels) */
export const channelsLast = (emit: Emitter, x: string, { length: rank }: Shape) =>
  transpose(emit, x, [0, ...space(rank).map((axis) => axis + 1), 1])

/** (batch, ...space, channels) -> (channels, batch, ...space) */
export const channelsOutermost = (emit: Emitter, x: string, { length: rank }: Shape) =>
  transpose(emit, x, [rank - 1, 0, ...space(rank)])

/** A filter (...size, in, out) -> (out, in, ...size) */
export const filterFirst = (emit: Emitter, filter: string, { length: rank }: Shape) =>
  transpose(emit, filter, [rank - 1, rank - 2, ...space(rank).map((axis) => axis - 1)])

/** (in, out, ...size) -> a filter (...size, in, out) */
export const filterLast = (emit: Emitter, filter: string, { length: rank }: Shape) =>
  transpose(emit, filter, [...space(rank).map((axis) => axis + 1), 0, 1])

/** Padding in ONNX's order: before every axis, then after every axis. */
export const onnxPads = ({ pads }: Pick<Window, 'pads'>): number[] => [
  ...pads.filter((_, index) => index % 2 === 0),
  ...pads.filter((_, index) => index % 2 === 1),
]
