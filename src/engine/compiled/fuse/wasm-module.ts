/**
 * Encodes WebAssembly modules of one kind: functions over an imported memory, with parameters of types i32 and f32 and
 * SIMD instructions.
 */

export const I32 = 0x7f
export const F32 = 0x7d
export const V128 = 0x7b

export interface WasmFunction {
  readonly name: string
  readonly parameters: readonly number[]
  readonly locals: readonly number[]
  /** Instructions, without the closing `end`. */
  readonly body: readonly number[]
}

/** The opcodes used here (WebAssembly core specification 2.0, section 5.4). */
export const op = {
  loop: [0x03, 0x40],
  end: [0x0b],
  branchIf: (depth: number) => [0x0d, ...unsigned(depth)],
  get: (local: number) => [0x20, ...unsigned(local)],
  set: (local: number) => [0x21, ...unsigned(local)],
  tee: (local: number) => [0x22, ...unsigned(local)],
  i32Const: (value: number) => [0x41, ...signed(value)],
  i32Add: [0x6a],
  i32LessUnsigned: [0x49],
  f32Const: (value: number) => [0x43, ...new Uint8Array(new Float32Array([value]).buffer)],
  /** 16-byte loads and stores at an address aligned to 16, plus a constant offset. */
  load: (offset: number) => simd(0x00, 4, ...unsigned(offset)),
  store: (offset: number) => simd(0x0b, 4, ...unsigned(offset)),
  splat: simd(0x13),
  /** Comparisons: all bits 1 if true, else 0. */
  less: simd(0x43),
  greater: simd(0x44),
  and: simd(0x4e),
  or: simd(0x50),
  /** Bits of the first operand where the third operand has ones, else bits of the second. */
  select: simd(0x52),
  abs: simd(0xe0),
  neg: simd(0xe1),
  sqrt: simd(0xe3),
  add: simd(0xe4),
  sub: simd(0xe5),
  mul: simd(0xe6),
  div: simd(0xe7),
  min: simd(0xe8),
  max: simd(0xe9),
} as const

/** Maximum size of the memory, which a shared memory must declare. */
const MOST_PAGES = 65536

/** Encodes a module that imports `env.memory` and exports these functions. */
export function encodeModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...vector(parameters.map((type) => [type])), 0])
  const memory = [...text('env'), ...text('memory'), 0x02, 0x03, ...unsigned(1), ...unsigned(MOST_PAGES)]
  const exports = functions.map(({ name }, index) => [...text(name), 0x00, ...unsigned(index)])
  const code = functions.map(({ locals, body }) => {
    const content = [...vector(locals.map((type) => [1, type])), ...body, ...op.end]
    return [...unsigned(content.length), ...content]
  })
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(types)),
    ...section(2, vector([memory])),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(7, vector(exports)),
    ...section(10, vector(code)),
  ])
}

function simd(opcode: number, ...operands: number[]): number[] {
  return [0xfd, ...unsigned(opcode), ...operands]
}

const section = (id: number, content: readonly number[]) => [id, ...unsigned(content.length), ...content]
const vector = (items: readonly (readonly number[])[]) => [...unsigned(items.length), ...items.flat()]
const text = (value: string) => [...unsigned(value.length), ...Buffer.from(value, 'ascii')]

/** Encodes an integer as unsigned LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): number[] {
  const byte = value & 0x7f
  const rest = value >> 7
  const done = (rest === 0 && !(byte & 0x40)) || (rest === -1 && Boolean(byte & 0x40))
  return done ? [byte] : [byte | 0x80, ...signed(rest)]
}
