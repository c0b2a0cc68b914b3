import { type Trace, tracePath } from './trace-path.ts';

/** Where a drawing goes: `x` and `y` are added after `scale` (from the left upper corner); `squeeze` narrows it about x = 80. */
type Place = { x?: number; y?: number; scale?: number; squeeze?: number };
export type Brush = {
  /** Fills a path; where it overlaps itself is a hole. */
  fill: (path: string, colour: string, alpha?: number) => void;
  /** Draws along a path with round ends. */
  stroke: (path: string, colour: string, width: number) => void;
};

type Box = { left: number; top: number; width: number; height: number };

/**
 * A picture of `width` pixels and 4:5, painted in units of 160 x 200 with paths as in SVG; colours are '#rrggbb'. Edges
 * are smooth: a pixel takes as much of a colour as the shape covers of it.
 */
export const makeCanvas = (width: number) => {
  const height = Math.round((width * 5) / 4);
  const pixels = Buffer.alloc(width * height * 3);
  const unit = width / 160;

  const boxAround = (traces: Trace[], margin: number): Box => {
    const [xs, ys] = [traces.flatMap((trace) => everyOther(trace, 0)), traces.flatMap((trace) => everyOther(trace, 1))];
    const left = Math.max(0, Math.floor(Math.min(...xs) - margin));
    const top = Math.max(0, Math.floor(Math.min(...ys) - margin));
    const right = Math.min(width, Math.ceil(Math.max(...xs) + margin));
    const bottom = Math.min(height, Math.ceil(Math.max(...ys) + margin));
    return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
  };

  const blend = (at: number, colour: Colour, share: number) => {
    const keep = 1 - share;
    pixels[at] = (pixels[at] ?? 0) * keep + colour.r * share + 0.5;
    pixels[at + 1] = (pixels[at + 1] ?? 0) * keep + colour.g * share + 0.5;
    pixels[at + 2] = (pixels[at + 2] ?? 0) * keep + colour.b * share + 0.5;
  };

  /** The same for a share of 1: most pixels of a shape. */
  const cover = (at: number, { r, g, b }: Colour) => {
    pixels[at] = r;
    pixels[at + 1] = g;
    pixels[at + 2] = b;
  };

  const fill = (traces: Trace[], colour: Colour, alpha: number) => {
    const box = boxAround(traces, 0);
    const steps = coverageSteps(traces, box);
    for (let y = 0; y < box.height; y += 1) {
      let sum = 0;
      let at = ((box.top + y) * width + box.left) * 3;
      for (let x = 0; x < box.width; x += 1, at += 3) {
        sum += steps[y * (box.width + 2) + x] ?? 0;
        const share = once(sum) * alpha;
        if (share > 0.998) cover(at, colour);
        else if (share > 0.002) blend(at, colour, share);
      }
    }
  };

  const stroke = (traces: Trace[], colour: Colour, radius: number) => {
    const box = boxAround(traces, radius + 1);
    const distances = distancesFrom(traces, box, radius + 1);
    for (let i = 0; i < distances.length; i += 1) {
      const covered = Math.min(1, radius + 0.5 - (distances[i] ?? Infinity));
      const at = ((box.top + Math.floor(i / box.width)) * width + box.left + (i % box.width)) * 3;
      if (covered > 0) blend(at, colour, covered);
    }
  };

  return {
    width,
    height,
    /** RGB, line by line. */
    pixels,
    brush: ({ x = 0, y = 0, scale = 1, squeeze = 1 }: Place = {}): Brush => {
      const place = (path: string): Trace[] =>
        tracePath(path).map((trace) =>
          trace.map((n, i) => (i % 2 === 0 ? x + scale * (80 + (n - 80) * squeeze) : y + scale * n) * unit),
        );
      return {
        fill: (path, colour, alpha = 1) => fill(place(path), toRgb(colour), alpha),
        stroke: (path, colour, wide) => stroke(place(path), toRgb(colour), (wide / 2) * scale * unit),
      };
    },
  };
};

export type Canvas = ReturnType<typeof makeCanvas>;

type Colour = { r: number; g: number; b: number };

const toRgb = (hex: string): Colour => {
  const n = Number.parseInt(hex.slice(1), 16);
  return { r: n >> 16, g: (n >> 8) & 255, b: n & 255 };
};

/** How much of a pixel is inside: what a path covers twice is outside again. */
const once = (sum: number): number => {
  const covered = sum < 0 ? -sum : sum;
  return covered <= 1 ? covered : Math.abs(covered - 2 * Math.round(covered / 2));
};

/** `colour` made darker (`factor` below 1) or lighter. */
export const shade = (colour: string, factor: number): string => {
  const { r, g, b } = toRgb(colour);
  const parts = [r, g, b].map((part) => Math.min(255, Math.round(part * factor)));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
};

const everyOther = (trace: Trace, from: 0 | 1): number[] => trace.filter((_, i) => i % 2 === from);

const eachLine = (
  traces: Trace[],
  visit: (ax: number, ay: number, bx: number, by: number) => void,
  closed: boolean,
) => {
  for (const trace of traces) {
    for (let i = 0; i + 3 < trace.length; i += 2) {
      visit(trace[i] ?? 0, trace[i + 1] ?? 0, trace[i + 2] ?? 0, trace[i + 3] ?? 0);
    }
    const [x = 0, y = 0] = trace;
    if (closed) visit(trace.at(-2) ?? 0, trace.at(-1) ?? 0, x, y);
  }
};

/**
 * How the covered share of a pixel differs from that of its left neighbour, exactly (the way of the font renderer
 * font-rs): each line adds its height within the row, spread over the pixels that it crosses. Rows are 2 wider than the box.
 */
const coverageSteps = (traces: Trace[], { left, top, width, height }: Box): Float32Array => {
  const steps = new Float32Array((width + 2) * height);
  const within = (x: number) => Math.max(0, Math.min(width, x - left));
  const add = (at: number, share: number) => (steps[at] = (steps[at] ?? 0) + share);
  const addLine = (ax: number, ay: number, bx: number, by: number) => {
    if (ay === by) return;
    const [x0, y0, y1] = ay < by ? [ax, ay - top, by - top] : [bx, by - top, ay - top];
    const slope = (bx - ax) / (by - ay);
    for (let row = Math.max(0, Math.floor(y0)); row < Math.min(height, Math.ceil(y1)); row += 1) {
      const from = Math.max(row, y0);
      const to = Math.min(row + 1, y1);
      const ends = [within(x0 + (from - y0) * slope), within(x0 + (to - y0) * slope)] as const;
      crossRow(add, row * (width + 2), Math.min(...ends), Math.max(...ends), ay < by ? to - from : from - to);
    }
  };
  eachLine(traces, addLine, true);
  return steps;
};

/** One row's part of a line from x = `a` to `b`, `high` of a row high: each pixel gets what lies right of the line in it. */
const crossRow = (add: (at: number, share: number) => void, row: number, a: number, b: number, high: number) => {
  const [first, last] = [Math.floor(a), Math.ceil(b)];
  let before = 0;
  for (let x = first; x < last; x += 1) {
    // The mean, over the line's part of this row, of how much of pixel x lies right of it.
    const covered = rightOf(x, a, b);
    add(row + x, high * (covered - before));
    before = covered;
  }
  add(row + Math.max(first, last), high * (1 - before));
};

const rightOf = (x: number, a: number, b: number): number => {
  if (b - a < 1e-9) return x + 1 - a;
  const [from, to] = [Math.max(a, x), Math.min(b, x + 1)];
  const passed = (from - a) / (b - a); // the share of the line that lies left of this pixel: it covers all of it
  return passed + ((to - from) / (b - a)) * (x + 1 - (from + to) / 2);
};

/** For each pixel of the box how far its middle is from the lines; Infinity when farther than `reach`. */
const distancesFrom = (traces: Trace[], box: Box, reach: number): Float32Array => {
  const distances = new Float32Array(box.width * box.height).fill(Infinity);
  const { max, min, floor, ceil } = Math;
  const addLine = (ax: number, ay: number, bx: number, by: number) => {
    const length = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
    const right = min(box.width, ceil(max(ax, bx) + reach) - box.left);
    const bottom = min(box.height, ceil(max(ay, by) + reach) - box.top);
    for (let y = max(0, floor(min(ay, by) - reach) - box.top); y < bottom; y += 1) {
      for (let x = max(0, floor(min(ax, bx) - reach) - box.left); x < right; x += 1) {
        const [px, py] = [box.left + x + 0.5 - ax, box.top + y + 0.5 - ay];
        const along = max(0, min(1, (px * (bx - ax) + py * (by - ay)) / length));
        const distance = Math.sqrt((px - along * (bx - ax)) ** 2 + (py - along * (by - ay)) ** 2); // hypot takes three times as long
        const at = y * box.width + x;
        if (distance < (distances[at] ?? 0)) distances[at] = distance;
      }
    }
  };
  eachLine(traces, addLine, false);
  return distances;
};
