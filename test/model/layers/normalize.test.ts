/** The nodes of a normalized batch in a graph. Passes may look for them. */
import { expect, test } from 'vitest'
import { simplifiedGraph } from '../../../src/engine/compiled/passes/simplified.js'
import { smallNetwork } from '../../support/network.js'

test('batch normalization uses the documented kernels, with one pass over all elements each', async () => {
  const layers = [
    { type: 'Reshape', target_shape: [3, 2, 1] },
    { type: 'Conv2D', filters: 2, kernel_size: 1 },
    'BatchNormalization',
    'Flatten',
    { type: 'Dense', units: 3 },
  ]
  const { programs } = smallNetwork({ layers, loss: 'mse', optimizer: 'SGD' }, [6])
  const { nodes, values, inputs } = await simplifiedGraph(programs.train, 8)
  const shapeOf = (value: number) => values.get(value)!.shape.join()
  const whole = (value: number) => shapeOf(value) === '8,3,2,2'
  const state = (name: string) => inputs.find((one) => one.name === `batch_normalization/${name}`)!.value
  const last = nodes.findIndex(({ inputs }) => inputs.includes(state('beta')))
  const first = nodes.findIndex(({ kernel, inputs }) => kernel === 'Sum' && whole(inputs[0]!))
  expect(nodes.slice(first, last + 1).map(({ kernel, output }) => `${kernel} ${shapeOf(output)}`)).toEqual([
    ...['Sum 2', 'Multiply 2', 'Sub 8,3,2,2', 'Square 8,3,2,2', 'Sum 2', 'Multiply 2', 'Add 2', 'Rsqrt 2'],
    ...['Multiply 2', 'Multiply 8,3,2,2', 'Add 8,3,2,2'],
  ])
  const back = nodes.slice(last + 1)
  const start = back.findIndex(({ kernel, inputs }) => kernel === 'Sum' && whole(inputs[0]!))
  const end = back.findIndex(({ kernel, output }) => kernel === 'Sub' && whole(output))
  expect(back.slice(start, end + 1).map(({ kernel, output }) => `${kernel} ${shapeOf(output)}`)).toEqual([
    ...['Sum 2', 'Multiply 8,3,2,2', 'Sum 2', 'Multiply 2', 'Multiply 2', 'Multiply 2', 'Multiply 2'],
    ...['Multiply 8,3,2,2', 'Multiply 2', 'Add 8,3,2,2', 'Multiply 8,3,2,2', 'Sub 8,3,2,2'],
  ])
})
