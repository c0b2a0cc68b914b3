import type { Frame } from './jpeg-frame.ts';
import type { HuffmanSpec } from './jpeg-huffman.ts';
import type { Tables } from './jpeg-tables.ts';

/** What one scan has, and where. */
export type Scan = {
  /** `component` is its place in the frame. A table is there when it is needed. */
  parts: readonly { component: number; dc: HuffmanSpec | undefined; ac: HuffmanSpec | undefined }[];
  isProgressive: boolean;
  /** The coefficients that it has, in zigzag order. */
  from: number;
  to: number;
  /** The lowest bit of them that it knows. */
  bit: number;
  /** It adds one bit to what an earlier scan said. */
  isMore: boolean;
  restartInterval: number;
  /** Of its entropy-coded bytes. */
  start: number;
  end: number;
};

/** The lowest bit that is known by component and coefficient; UNKNOWN before the first scan. */
export type Progress = Uint8Array;

export const UNKNOWN = 255;
const COEFFICIENTS = 64;
const MAX_BIT = 13; // T.81, table B.3
/** Blocks of an MCU: T.81, B.2.3. */
export const MAX_MCU_BLOCKS = 10;

export const noProgress = (frame: Frame): Progress =>
  new Uint8Array(frame.components.length * COEFFICIENTS).fill(UNKNOWN);

/**
 * The scan that a header begins; `body` is what follows the header's length (ITU-T T.81, B.2.3), `progress` is brought up to date.
 * Throws when the header is malformed, when a table is missing, and when the scan says again what is known or skips a bit (G.1.1.1).
 */
export const readScanHeader = (
  body: Buffer,
  frame: Frame,
  tables: Tables,
  progress: Progress,
): Omit<Scan, 'start' | 'end'> => {
  const count = body[0] ?? 0;
  if (count < 1 || count > 4 || body.length !== 4 + 2 * count) throw new Error('a scan header of a wrong length');
  const [from = 0, last = 0, bits = 0] = body.subarray(1 + 2 * count);
  const [to, bit, isMore] = frame.isProgressive ? [last, bits & 15, bits >> 4 > 0] : [COEFFICIENTS - 1, 0, false];
  checkSpectrum(frame, count, { from, to, bit, bitBefore: bits >> 4 });
  const parts = Array.from({ length: count }, (_, i) => {
    const component = frame.components.findIndex(({ id }) => id === body[1 + 2 * i]);
    if (component < 0) throw new Error('a scan of a component that is not in the frame');
    const places = body[2 + 2 * i] ?? 0;
    const [dc, ac] = [tables.dc[places >> 4], tables.ac[places & 15]];
    if ((from === 0 && !isMore && !dc) || (to > 0 && !ac)) throw new Error('a scan without its Huffman table');
    return { component, dc, ac };
  });
  checkMcu(
    frame,
    parts.map(({ component }) => component),
  );
  for (const { component } of parts)
    advance(progress, component, { from, to, bit, before: isMore ? bit + 1 : UNKNOWN });
  return { parts, isProgressive: frame.isProgressive, from, to, bit, isMore, restartInterval: tables.restartInterval };
};

type Spectrum = { from: number; to: number; bit: number; bitBefore: number };

/** Libraries take a sequential scan by what its frame says, whatever is written of its spectrum. */
const checkSpectrum = ({ isProgressive }: Frame, count: number, { from, to, bit, bitBefore }: Spectrum): void => {
  if (!isProgressive) {
    if (from !== 0) throw new Error('a sequential scan of some coefficients');
    return;
  }
  const isDc = from === 0 && to === 0;
  const isAc = from > 0 && to >= from && to < COEFFICIENTS && count === 1;
  if (!isDc && !isAc) throw new Error('a scan of coefficients that do not belong together');
  if (bit > MAX_BIT || (bitBefore > 0 && bitBefore !== bit + 1)) throw new Error('a scan of bits out of turn');
};

const checkMcu = ({ components }: Frame, members: readonly number[]): void => {
  if (new Set(members).size < members.length) throw new Error('a component twice in a scan');
  const blocks = members.reduce((sum, i) => sum + (components[i]?.h ?? 0) * (components[i]?.v ?? 0), 0);
  if (members.length > 1 && blocks > MAX_MCU_BLOCKS) throw new Error('an MCU of too many blocks');
};

const advance = (
  progress: Progress,
  component: number,
  { from, to, bit, before }: { from: number; to: number; bit: number; before: number },
): void => {
  const first = component * COEFFICIENTS;
  if (from > 0 && progress[first] === UNKNOWN) throw new Error('a scan of details before that of the mean');
  const band = progress.subarray(first + from, first + to + 1);
  if (band.some((known) => known !== before)) throw new Error('a scan of what is known or of a bit out of turn');
  band.fill(bit);
};
