// JPEGs of any sampling and any script of scans, with random coefficients: what no encoder at hand writes.

/** One scan: places of components in the frame, and the spectrum and bits of ITU-T T.81, B.2.3. */
export type ScriptScan = { of: readonly number[]; from?: number; to?: number; before?: number; bit?: number };

type Script = {
  width: number;
  height: number;
  /** Sampling factors by component. */
  factors: readonly (readonly [h: number, v: number])[];
  scans: readonly ScriptScan[];
  isProgressive?: boolean;
  restartInterval?: number;
  dice: (below: number) => number;
};

type Blocks = { across: number; down: number; stride: number; values: Int16Array };

const segment = (marker: number, body: readonly number[]): Buffer =>
  Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255, ...body]);

/** All 256 symbols: 255 codes of 8 bits, the last one of 9, so that a symbol is its own code. */
const FLAT = [0, 0, 0, 0, 0, 0, 0, 255, 1, 0, 0, 0, 0, 0, 0, 0, ...Array.from({ length: 256 }, (_, i) => i)];
const FLAT_DC = [0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ...Array.from({ length: 16 }, (_, i) => i)];

const makeBits = () => {
  const bytes: number[] = [];
  let [byte, count] = [0, 0];
  const push = (bit: number): void => {
    byte = (byte << 1) | bit;
    count += 1;
    if (count < 8) return;
    bytes.push(byte, ...(byte === 255 ? [0] : []));
    [byte, count] = [0, 0];
  };
  const put = (value: number, size: number): void => {
    for (let i = size - 1; i >= 0; i -= 1) push((value >> i) & 1);
  };
  return {
    bytes,
    put,
    ac: (symbol: number): void => (symbol === 255 ? put(510, 9) : put(symbol, 8)),
    value: (value: number, size: number): void => put(value < 0 ? value + (1 << size) - 1 : value, size),
    end: (): void => {
      while (count > 0) push(1);
    },
  };
};

type Bits = ReturnType<typeof makeBits>;

const sizeOf = (value: number): number => 32 - Math.clz32(Math.abs(value));

/** Writes one scan; what waits for a longer EOB run is told by `flush`. */
const makeCoder = (bits: Bits, { from = 0, to = 63, before = 0, bit = 0 }: ScriptScan, isProgressive: boolean) => {
  const last = new Map<Blocks, number>();
  let run = 0;
  let waiting: number[] = []; // correction bits of the blocks of the run
  const flush = (): void => {
    if (run > 0) {
      const size = 31 - Math.clz32(run);
      bits.ac(size << 4);
      bits.put(run - (1 << size), size);
    }
    for (const one of waiting) bits.put(one, 1);
    [run, waiting] = [0, []];
  };
  const dc = (blocks: Blocks, at: number): void => {
    const value = (blocks.values[at] ?? 0) >> bit;
    if (before > 0) {
      bits.put(value & 1, 1);
      return;
    }
    const difference = value - (last.get(blocks) ?? 0);
    last.set(blocks, value);
    bits.put(sizeOf(difference), 5);
    bits.value(difference, sizeOf(difference));
  };
  const sign = (value: number, size: number): void =>
    before > 0 ? bits.put(value > 0 ? 1 : 0, 1) : bits.value(value, size);
  const shrunk = (value: number): number => Math.trunc(value / 2 ** bit);
  /** The places that are new in this scan; of the others the correction bits come behind the next one's code. */
  const ac = (blocks: Blocks, at: number, first: number): void => {
    let zeros = 0;
    let corrections: number[] = [];
    const values = Array.from({ length: to - first + 1 }, (_, i) => shrunk(blocks.values[at + first + i] ?? 0));
    const isOld = (value: number): boolean => before > 0 && Math.abs(value) > 1;
    const lastNew = values.findLastIndex((value) => value !== 0 && !isOld(value));
    values.forEach((value, i) => {
      if (isOld(value)) corrections.push(Math.abs(value) & 1);
      else if (value === 0) zeros += 1;
      const isFull = value === 0 && zeros === 16;
      if (i > lastNew || isOld(value) || (value === 0 && !isFull)) return;
      flush();
      const size = sizeOf(value);
      bits.ac(isFull ? 0xf0 : (zeros << 4) | size);
      if (!isFull) sign(value, size);
      for (const one of corrections) bits.put(one, 1);
      [zeros, corrections] = [0, []];
    });
    if (lastNew === values.length - 1) return;
    run += 1;
    waiting.push(...corrections);
    if (run === 32_767 || !isProgressive) flush();
  };
  return {
    block: (blocks: Blocks, at: number): void => {
      if (from === 0) dc(blocks, at);
      if (to > 0) ac(blocks, at, Math.max(from, 1));
    },
    flush,
    restart: (): void => {
      flush();
      last.clear();
      bits.end();
    },
  };
};

/** The file that `script` describes: mostly zeros, with values of all sizes. */
export const scriptedJpeg = (script: Script): Buffer => {
  const { width, height, factors, scans, isProgressive = true, restartInterval = 0, dice } = script;
  const [widest, tallest] = [Math.max(...factors.map(([h]) => h)), Math.max(...factors.map(([, v]) => v))];
  const mcus = { across: Math.ceil(width / 8 / widest), down: Math.ceil(height / 8 / tallest) };
  const planes = factors.map(([h, v]): Blocks => {
    const stride = mcus.across * h;
    const values = new Int16Array(stride * mcus.down * v * 64);
    for (let at = 0; at < values.length; at += 1) {
      const odds = at % 64 === 0 ? 1 : 2 + (at % 64) * dice(3);
      if (dice(odds) === 0) values[at] = dice(2 << dice(6)) - dice(2 << dice(6));
    }
    const side = (pixels: number, factor: number, most: number) => Math.ceil(Math.ceil((pixels * factor) / most) / 8);
    return { across: side(width, h, widest), down: side(height, v, tallest), stride, values };
  });
  const code = (scan: ScriptScan): number[] => {
    const bits = makeBits();
    const coder = makeCoder(bits, scan, isProgressive);
    let done = 0;
    const mcu = (write: () => void): void => {
      if (restartInterval > 0 && done > 0 && done % restartInterval === 0) {
        coder.restart();
        bits.bytes.push(0xff, 0xd0 + ((done / restartInterval - 1) & 7));
      }
      done += 1;
      write();
    };
    const [only] = scan.of.map((i) => planes[i]);
    if (scan.of.length === 1 && only)
      for (let y = 0; y < only.down; y += 1)
        for (let x = 0; x < only.across; x += 1) mcu(() => coder.block(only, (y * only.stride + x) * 64));
    else
      for (let row = 0; row < mcus.down; row += 1)
        for (let x = 0; x < mcus.across; x += 1)
          mcu(() => {
            for (const i of scan.of) {
              const [plane, [h, v]] = [planes[i], factors[i] ?? [1, 1]];
              for (let block = 0; plane && block < h * v; block += 1)
                coder.block(plane, ((row * v + Math.floor(block / h)) * plane.stride + x * h + (block % h)) * 64);
            }
          });
    coder.restart();
    return bits.bytes;
  };
  const header = [8, height >> 8, height & 255, width >> 8, width & 255, factors.length];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array.from({ length: 64 }, (_, i) => 3 + (i >> 3))]),
    segment(isProgressive ? 0xc2 : 0xc1, [...header, ...factors.flatMap(([h, v], i) => [i + 1, (h << 4) | v, 0])]),
    segment(0xc4, [0, ...FLAT_DC]),
    segment(0xc4, [0x10, ...FLAT]),
    ...(restartInterval > 0 ? [segment(0xdd, [restartInterval >> 8, restartInterval & 255])] : []),
    ...scans.flatMap((scan) => {
      const { of, from = 0, to = 63, before = 0, bit = 0 } = scan;
      const head = segment(0xda, [of.length, ...of.flatMap((i) => [i + 1, 0]), from, to, (before << 4) | bit]);
      return [head, Buffer.from(code(scan))];
    }),
    Buffer.from([0xff, 0xd9]),
  ]);
};
