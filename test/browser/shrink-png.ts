import { crc32, deflateSync, inflateSync } from 'node:zlib';

// Screenshots are kept in the repository, so they have to be small. What a browser writes is compressed in a hurry and
// has a byte per channel; a page has few colours, and one byte per pixel and a palette do.

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const MOST_COLOURS = 256;
/** Grounds, lines and whole words: exact, whatever else there is. */
const SURELY_KEPT = 32;
const CHANNELS_BY_TYPE: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

/**
 * An 8-bit RGB or RGBA PNG (https://www.w3.org/TR/png-3/) as one with a palette: its most frequent colours exactly, what is
 * rarer (edges of letters) as the nearest of them.
 */
export function shrinkPng(png: Buffer): Buffer {
  const { width, height, pixels } = readPixels(png);
  const palette = choosePalette(pixels);
  const indexes = new Map(palette.map((colour, index) => [colour, index]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const colour = pixels[y * width + x] ?? 0;
      let index = indexes.get(colour);
      if (index === undefined) {
        index = nearest(palette, colour);
        indexes.set(colour, index);
      }
      rows[y * (width + 1) + 1 + x] = index;
    }
  }
  const colours = Buffer.alloc(palette.length * 3);
  palette.forEach((colour, index) => void colours.writeUIntBE(colour, index * 3, 3));
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** How far apart colours must be to be taken, from coarse to fine: a rare green word counts as much as a common grey. */
const DISTANCES = [64, 32, 16, 8, 0];

function choosePalette(pixels: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byCount = [...counts].sort((left, right) => right[1] - left[1]).map(([colour]) => colour);
  const palette = byCount.slice(0, SURELY_KEPT);
  for (const distance of DISTANCES) {
    for (const colour of byCount) {
      if (palette.length >= MOST_COLOURS) return palette;
      if (distanceOf(palette[nearest(palette, colour)] ?? 0, colour) > distance * distance) palette.push(colour);
    }
  }
  return palette;
}

function nearest(palette: readonly number[], colour: number): number {
  let best = 0;
  let bestDistance = Number.POSITIVE_INFINITY;
  palette.forEach((candidate, index) => {
    const distance = distanceOf(candidate, colour);
    if (distance < bestDistance) {
      best = index;
      bestDistance = distance;
    }
  });
  return best;
}

/** Squared. */
function distanceOf(left: number, right: number): number {
  const red = (left >> 16) - (right >> 16);
  const green = ((left >> 8) & 255) - ((right >> 8) & 255);
  const blue = (left & 255) - (right & 255);
  return red * red + green * green + blue * blue;
}

function readPixels(png: Buffer): { width: number; height: number; pixels: Uint32Array } {
  const data: Buffer[] = [];
  let width = 0;
  let height = 0;
  let channels = 0;
  for (let at = SIGNATURE.length; at < png.length; ) {
    const size = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + size);
    if (type === 'IHDR') {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      channels = CHANNELS_BY_TYPE[body[9] ?? 0] ?? 0;
      if (body[8] !== 8 || channels === 0 || body[12] !== 0) throw new Error('not a plain 8-bit RGB or RGBA PNG');
    } else if (type === 'IDAT') data.push(body);
    at += size + 12;
  }
  const bytes = undoFilters(inflateSync(Buffer.concat(data)), width * channels, height, channels);
  const pixels = new Uint32Array(width * height);
  for (let index = 0; index < pixels.length; index++) pixels[index] = bytes.readUIntBE(index * channels, 3);
  return { width, height, pixels };
}

/** Each row is stored as differences to its neighbours, by one of five predictors (PNG, section 9). */
function undoFilters(raw: Buffer, rowBytes: number, height: number, step: number): Buffer {
  const out = Buffer.alloc(rowBytes * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (rowBytes + 1)] ?? 0;
    for (let x = 0; x < rowBytes; x++) {
      const left = x >= step ? (out[y * rowBytes + x - step] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * rowBytes + x] ?? 0) : 0;
      const upLeft = x >= step && y > 0 ? (out[(y - 1) * rowBytes + x - step] ?? 0) : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][filter] ?? 0;
      out[y * rowBytes + x] = (raw[y * (rowBytes + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, upLeft: number): number {
  const toLeft = Math.abs(up - upLeft);
  const toUp = Math.abs(left - upLeft);
  const toUpLeft = Math.abs(left + up - 2 * upLeft);
  return toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft;
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([size, named, check]);
}
