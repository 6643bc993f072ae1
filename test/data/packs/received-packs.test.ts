/** Packs that come in pieces: kept once, resumed, and refused if their bytes are others. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UserError } from '../../../src/base/issue.js'
import { createPack } from '../../../src/data/packs/pack-file.js'
import { findPack } from '../../../src/data/packs/pack-folder.js'
import { type ReceivedPacks, receivedPacks } from '../../../src/data/packs/received-packs.js'
import { temporaryFolder } from '../../support/command.js'
import { ownCache } from '../../support/own-cache.js'

const cache = ownCache()
const folder = () => join(cache(), 'trainspec', 'packs')

/** The bytes of a pack and their name. */
async function packed(text: string) {
  const draft = await createPack(join(temporaryFolder(), 'one.pack'))
  await draft.write(Buffer.from(text), 0)
  const { path } = await draft.finish('of iris')
  return named(readFileSync(path))
}

const named = (bytes: Buffer) => ({ bytes, sha256: createHash('sha256').update(bytes).digest('hex') })

/** Adds bytes some at a time. Returns what was there after each. */
async function addAll(packs: ReceivedPacks, bytes: Uint8Array, atOnce = 7): Promise<number[]> {
  const there: number[] = []
  for (let at = 0; at < bytes.length; at += atOnce) there.push(await packs.add(bytes.subarray(at, at + atOnce)))
  return there
}

test('a pack is there when all of its pieces have come, and is found by the next process', async () => {
  const { bytes, sha256 } = await packed('rows of iris')
  const packs = receivedPacks()
  expect(await packs.begin(sha256, bytes.length)).toBe(0)
  expect(findPack(sha256)).toBeUndefined()
  const there = await addAll(packs, bytes)
  expect(there[0]).toBe(7)
  expect(there.at(-1)).toBe(bytes.length)
  expect(readdirSync(folder())).toEqual([`${sha256}.pack`])
  expect(findPack(sha256)!.description).toBe('of iris')
  expect(await packs.begin(sha256, bytes.length)).toBe(bytes.length)
  expect(await receivedPacks().begin(sha256, bytes.length)).toBe(bytes.length)
})

test('what has come is kept when the rest comes later, but not beside another pack', async () => {
  const [one, other] = [await packed('one '.repeat(10)), await packed('other')]
  const packs = receivedPacks()
  await packs.begin(one.sha256, one.bytes.length)
  await packs.add(one.bytes.subarray(0, 20))
  expect(await packs.begin(one.sha256, one.bytes.length)).toBe(20)
  expect((await addAll(packs, one.bytes.subarray(20))).at(-1)).toBe(one.bytes.length)
  await packs.begin(one.sha256, one.bytes.length)
  await packs.begin(other.sha256, other.bytes.length)
  await packs.add(other.bytes.subarray(0, 3))
  expect(await packs.begin('0'.repeat(64), 5)).toBe(0)
  expect(await packs.begin(other.sha256, other.bytes.length)).toBe(0)
  await packs.close()
  expect(readdirSync(folder())).toEqual([`${one.sha256}.pack`])
})

test('bytes of another pack, or of none, are not kept', async () => {
  const { bytes, sha256 } = await packed('rows')
  const packs = receivedPacks()
  await packs.begin(sha256, bytes.length)
  const wrong = Buffer.from(bytes)
  wrong[2]! ^= 1
  expect((await addAll(packs, wrong)).at(-1)).toBe(0)
  expect(existsSync(join(folder(), `${sha256}.pack`))).toBe(false)
  // the right ones are
  expect((await addAll(packs, bytes)).at(-1)).toBe(bytes.length)
  const none = named(Buffer.from('no pack at all, but of the right name'))
  await packs.begin(none.sha256, none.bytes.length)
  expect((await addAll(packs, none.bytes)).at(-1)).toBe(0)
  await expect(packs.add(Buffer.alloc(none.bytes.length + 1))).rejects.toThrow('more bytes')
  await packs.close()
  await expect(packs.add(none.bytes)).rejects.toThrow('internal')
  expect(readdirSync(folder())).toEqual([`${sha256}.pack`])
})

test.each<[string, (path: string, bytes: Buffer) => void]>([
  ['has another byte', (path, bytes) => writeFileSync(path, Buffer.from(bytes).fill(1, 0, 1))],
  ['is cut short', (path, bytes) => truncateSync(path, bytes.length - 1)],
  ['is empty', (path) => truncateSync(path, 0)],
])('a pack that %s is wanted anew', async (_, damage) => {
  const { bytes, sha256 } = await packed('rows')
  const packs = receivedPacks()
  await packs.begin(sha256, bytes.length)
  await packs.add(bytes)
  const path = join(folder(), `${sha256}.pack`)
  damage(path, bytes)
  expect(await packs.begin(sha256, bytes.length)).toBe(0)
  expect(await packs.add(bytes)).toBe(bytes.length)
  expect(readFileSync(path).equals(bytes)).toBe(true)
})

test('a full disk is said before a byte is sent', async () => {
  const begun = receivedPacks(async () => 300e6).begin('a'.repeat(64), 1.2e9)
  await expect(begun).rejects.toThrow(
    new UserError(`Cannot keep the data: they need 1.20 GB, and 300.0 MB are free on the disk of ${folder()}.`),
  )
  expect(readdirSync(folder())).toEqual([])
})

test('a folder that cannot be made is named', async () => {
  writeFileSync(join(cache(), 'trainspec'), '')
  await expect(receivedPacks().begin('a'.repeat(64), 10)).rejects.toThrow(
    `Cannot keep the data: ${folder()}: a part of the path is a file, not a folder.`,
  )
})
