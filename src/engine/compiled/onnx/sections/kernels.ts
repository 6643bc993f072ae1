/** The kernels between sections as tasks of a crew. */
import { readFile } from 'node:fs/promises'
import { once } from '../../../../base/once.js'
import type { Task } from '../../crew/chunks.js'
import type { Crew } from '../../crew/crew.js'
import { type KernelNode, SECTION_KERNELS } from './sections.js'

/** Bytes of a chunk, in the largest array. */
const CHUNK_BYTES = 1 << 17

const compiled = once(async () =>
  WebAssembly.compile(await readFile(new URL('../../../../../generated/sections.wasm', import.meta.url))),
)

/** An array in the memory of the kernels. */
type KernelArray = Pick<Float32Array, 'byteOffset' | 'byteLength'>

export interface SectionTask extends Task {
  readonly name: KernelNode['kernel']
}

/** Makes the task of a kernel over its output and its inputs. */
export type SectionTasks = (node: KernelNode, arrays: readonly KernelArray[]) => SectionTask

/** Adds the kernels over a memory to a crew. */
export async function sectionTasks(crew: Crew, memory: WebAssembly.Memory): Promise<SectionTasks> {
  const places = crew.add(await compiled(), SECTION_KERNELS, memory)
  return ({ kernel, planes, numbers }, arrays) => {
    const ofPlane = arrays.map(({ byteLength }) => byteLength / planes)
    const chunk = Math.max(1, Math.floor(CHUNK_BYTES / Math.max(...ofPlane)))
    return {
      name: kernel,
      kernel: places[SECTION_KERNELS.indexOf(kernel)]!,
      arguments: [...arrays.map(({ byteOffset }) => byteOffset), planes, ...numbers],
      steps: [...ofPlane.map((bytes) => chunk * bytes), 0, ...numbers.map(() => 0)],
      countAt: arrays.length,
      count: planes,
      chunk,
    }
  }
}
