/** Describes the server of a model as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0). */
import type { Shape } from '../base/shape.js'
import type { RequestColumn } from '../data/requests/reader.js'
import { ANSWER_TYPES } from './answer-text.js'
import { CSV_TYPE, JSON_TYPE, type Limits } from './request-body.js'
import type { Service } from './service.js'

export interface Described {
  /** The model, for people. */
  readonly name: string
  readonly version: string
  readonly service: Service
  readonly limits: Limits
}

export function openApi({ name, version, service, limits }: Described) {
  const { columns, hasSamplesOfRows } = service.reader
  const rowsOfSample = hasSamplesOfRows
    ? ' A sample is made of several rows, so the rows of at least one sample are given, and each sample has an answer.'
    : ' Each row has an answer, in the order of the rows.'
  return {
    openapi: '3.1.0',
    info: { title: `Answers of ${name}`, version },
    paths: {
      '/predict': {
        post: {
          operationId: 'predict',
          summary: 'Answers rows',
          description: `Takes at most ${limits.rows} rows in a body of at most ${limits.body} bytes.${rowsOfSample}`,
          requestBody: {
            required: true,
            content: {
              [JSON_TYPE]: {
                schema: { oneOf: [ROWS, { type: 'object', required: ['rows'], properties: { rows: ROWS } }] },
              },
              // arrays cannot be a part of it
              ...(columns.every(({ array }) => array === null) && { [CSV_TYPE]: TEXT }),
            },
          },
          responses: {
            200: { description: 'The answers', content: { [JSON_TYPE]: { schema: ref('Answers') }, [CSV_TYPE]: TEXT } },
            ...problem(400, 'The body, or rows of it, cannot be used'),
            ...problem(406, `The answer can be ${ANSWER_TYPES.join(' or ')} alone`),
            ...problem(413, 'The body is too large, or has too many rows'),
            ...problem(415, 'The body has another type'),
            ...problem(503, 'Too many requests are under way, or the server is stopping'),
          },
        },
      },
      '/health': document('health', 'Says that the server answers'),
      '/spec': document('spec', 'The spec of the model'),
      '/openapi.json': document('openapi', 'This document'),
    },
    components: {
      schemas: {
        Row: {
          type: 'object',
          required: columns.filter(({ mayLack }) => !mayLack).map((column) => column.name),
          properties: named(columns.map((column) => [column.name, columnSchema(column)])),
        },
        Answers: {
          type: 'object',
          required: ['answers'],
          properties: { answers: { type: 'array', items: ref('Answer') } },
        },
        Answer: answerSchema(service),
        Problem: PROBLEM,
      },
    },
  }
}

const ref = (schema: string) => ({ $ref: `#/components/schemas/${schema}` })

const ROWS = { type: 'array', minItems: 1, items: ref('Row') }
const TEXT = { schema: { type: 'string' } }

const problem = (status: number, description: string) => ({
  [status]: { description, content: { 'application/problem+json': { schema: ref('Problem') } } },
})

const document = (operationId: string, summary: string) => ({
  get: { operationId, summary, responses: { 200: { description: summary, content: { [JSON_TYPE]: {} } } } },
})

/** An object that may have the key `__proto__`. */
const named = <Value>(entries: readonly (readonly [string, Value])[]): Record<string, Value> =>
  Object.fromEntries(entries)

function columnSchema({ array, isNumber, isWhole, isFile, mayLack, feature }: RequestColumn) {
  const description = feature === null ? {} : { description: feature }
  if (array) return { ...arraySchema(array.shape, NUMBERS[array.dtype]), ...description }
  const type = isNumber ? (isWhole ? 'integer' : 'number') : 'string'
  return {
    type: mayLack ? [type, 'null'] : type,
    ...(isFile && { contentEncoding: 'base64' }),
    ...description,
  }
}

const NUMBERS = {
  uint8: { type: 'integer', minimum: 0, maximum: 255 },
  int32: { type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 },
  float32: { type: 'number' },
} as const

const arraySchema = (shape: Shape, numbers: object): object =>
  shape.reduceRight<object>((items, length) => ({ type: 'array', minItems: length, maxItems: length, items }), numbers)

function answerSchema({ answers, columns }: Service) {
  const classes = new Map(answers.flatMap(({ classes }) => (classes ? [[classes.column, classes] as const] : [])))
  const properties = columns.map(({ name, type }): [string, object] => {
    const found = classes.get(name)
    if (type === 'number') return [name, { type: ['number', 'null'] }]
    const isOne = found && found.separator === null
    return [name, isOne ? { type: 'string', enum: found.names } : { type: ['string', 'null'] }]
  })
  return { type: 'object', required: columns.map(({ name }) => name), properties: named(properties) }
}

const PROBLEM = {
  type: 'object',
  required: ['title', 'status', 'detail'],
  properties: {
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    problem_count: { type: 'integer', description: 'Number of all problems; the first are listed.' },
    problems: {
      type: 'array',
      items: {
        type: 'object',
        required: ['row', 'column', 'message'],
        properties: {
          row: { type: ['integer', 'null'], description: 'From 1; null for a problem of all rows.' },
          column: { type: ['string', 'null'] },
          message: { type: 'string' },
          nearest: { type: 'string', description: 'A name that was perhaps meant.' },
        },
      },
    },
  },
}
