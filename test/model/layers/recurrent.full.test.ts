/** Recurrent layers over many steps load quickly. */
import { describe, expect, test } from 'vitest'
import { simplifiedGraph } from '../../../src/engine/compiled/passes/simplified.js'
import { smallNetwork } from '../../support/network.js'
import { expectNoTensorLeaks } from '../../support/tensors.js'

expectNoTensorLeaks()

describe('a graph has this number of nodes for each of 500 steps', () => {
  test.each([
    [{ type: 'SimpleRNN', units: 2 }, 13],
    [{ type: 'LSTM', units: 2 }, 38],
    [{ type: 'GRU', units: 2 }, 36],
    [{ type: 'Bidirectional', layer: { type: 'LSTM', units: 2 } }, 75],
  ])('of %j', async (layer, most) => {
    const steps = 500
    const layers = [layer, { type: 'Dense', units: 3 }]
    const { programs } = smallNetwork({ layers, loss: 'mse', optimizer: 'SGD' }, [steps, 1])
    const { nodes } = await simplifiedGraph(programs.train, 4)
    expect(nodes.length / steps).toBeLessThan(most)
  })
})
