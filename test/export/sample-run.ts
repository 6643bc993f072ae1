/** A run's events and history without a run. */
import { buildHistory, type History, type HistoryParts } from '../../src/export/history.js'
import type { EndEvent, EpochEndEvent, Metrics, StartEvent } from '../../src/training/events.js'

/** 54000 samples in 422 steps of 128, with 6000 to validate. */
export const startEvent: StartEvent = {
  type: 'start',
  samples: 54000,
  validationSamples: 6000,
  epochs: 100,
  batchSize: 128,
  stepsPerEpoch: 422,
  metrics: ['loss', 'acc'],
  from: null,
}

export const epochEnd = (epoch: number, metrics: Metrics, seconds = 3.25): EpochEndEvent => ({
  type: 'epochEnd',
  epoch,
  metrics,
  learningRate: 0.001,
  seconds,
})

export const endEvent: EndEvent = {
  type: 'end',
  reason: 'completed',
  updates: 844,
  epochs: 2,
  best: null,
  restored: false,
  interruptedAt: null,
  missingRow: null,
  divergence: null,
  stopping: null,
}

export const epochsOf = (...epochs: Metrics[]): EpochEndEvent[] =>
  epochs.map((metrics, index) => epochEnd(index + 1, metrics))

/** The history of two epochs, but for what is given. */
export const historyOf = (parts: Partial<HistoryParts> = {}): History =>
  buildHistory({
    name: 'mlp',
    seed: 42,
    engine: 'onnx',
    device: 'cpu',
    precision: 'float32',
    processors: 2,
    versions: { trainspec: '0.1.0', node: '20.19.0' },
    started: '2026-01-02T03:04:05.678Z',
    total_seconds: 7.5,
    warnings: [],
    startedFrom: null,
    start: startEvent,
    epochs: epochsOf(
      { loss: 0.5, acc: 0.8, val_loss: 0.4, val_acc: 0.85 },
      { loss: 0.3, acc: 0.9, val_loss: 0.2, val_acc: 0.95 },
    ),
    end: endEvent,
    test: { loss: 0.25, acc: 0.94 },
    expectations: [],
    ...parts,
  })
