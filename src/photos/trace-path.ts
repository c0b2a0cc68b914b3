/** One line of a drawing: x, y, x, y ... in the units of the path. */
export type Trace = number[];

/** How many lines stand for one curve: at 1200 pixels the corners between them cannot be seen. */
const STEPS = 16;

type Pen = { x: number; y: number; startX: number; startY: number; controlX: number; controlY: number };
/** Both control points and the end. */
type Curve = readonly [x1: number, y1: number, x2: number, y2: number, x: number, y: number];

/** How many numbers a command takes. `s` and `t`, which mirror the curve before, start from its last control point. */
const TAKES: Record<string, number> = { m: 2, l: 2, h: 1, v: 1, c: 6, s: 4, q: 4, z: 0 };

/**
 * Turns the `d` of an SVG path into lines, one for each part that begins with M; knows M, L, H, V, C, S, Q and Z, large
 * for absolute and small for relative. Throws on anything else.
 */
export const tracePath = (d: string): Trace[] => {
  const traces: Trace[] = [];
  const pen: Pen = { x: 0, y: 0, startX: 0, startY: 0, controlX: 0, controlY: 0 };
  for (const [, letter = '', tail = ''] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (tail.match(/-?(\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
    const command = letter.toLowerCase();
    const takes = TAKES[command];
    if (takes === undefined || (takes > 0 && numbers.length % takes !== 0)) throw new Error(`no such path: ${letter}`);
    for (let at = 0; at === 0 || at < numbers.length; at += takes) {
      const own = numbers.slice(at, at + takes);
      draw(command, letter === command ? absolute(command, own, pen) : own, pen, traces);
      if (takes === 0) break;
    }
  }
  return traces;
};

const absolute = (command: string, numbers: number[], pen: Pen): number[] =>
  numbers.map((number, i) => number + (command === 'v' || (command !== 'h' && i % 2 === 1) ? pen.y : pen.x));

const draw = (command: string, own: number[], pen: Pen, traces: Trace[]): void => {
  const trace = traces.at(-1) ?? [];
  const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map((i) => own[i] ?? 0) as [...Curve];
  switch (command) {
    case 'm':
      traces.push([a, b]);
      Object.assign(pen, { x: a, y: b, startX: a, startY: b, controlX: a, controlY: b });
      break;
    case 'l':
      lineTo(trace, pen, a, b);
      break;
    case 'h':
      lineTo(trace, pen, a, pen.y);
      break;
    case 'v':
      lineTo(trace, pen, pen.x, a);
      break;
    case 'c':
      curveTo(trace, pen, [a, b, c, d, e, f]);
      break;
    case 's':
      curveTo(trace, pen, [2 * pen.x - pen.controlX, 2 * pen.y - pen.controlY, a, b, c, d]);
      break;
    case 'q': // as a curve of the third degree: its control points lie two thirds of the way to the one of the second
      curveTo(trace, pen, [third(pen.x, a), third(pen.y, b), third(c, a), third(d, b), c, d]);
      break;
    default:
      lineTo(trace, pen, pen.startX, pen.startY);
  }
};

const lineTo = (trace: Trace, pen: Pen, x: number, y: number): void => {
  trace.push(x, y);
  Object.assign(pen, { x, y, controlX: x, controlY: y });
};

const curveTo = (trace: Trace, pen: Pen, [x1, y1, x2, y2, x, y]: Curve): void => {
  const { x: fromX, y: fromY } = pen;
  for (let step = 1; step <= STEPS; step += 1) {
    const t = step / STEPS;
    lineTo(trace, pen, bezier(t, fromX, x1, x2, x), bezier(t, fromY, y1, y2, y));
  }
  Object.assign(pen, { controlX: x2, controlY: y2 });
};

const third = (end: number, control: number): number => end + (2 / 3) * (control - end);

const bezier = (t: number, from: number, first: number, second: number, to: number): number =>
  (1 - t) ** 3 * from + 3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t ** 2 * second + t ** 3 * to;

/** The path of an ellipse, of four curves (0.5523: the usual approximation, 0.03 % off). */
export const ellipse = (x: number, y: number, rx: number, ry = rx): string => {
  const [kx, ky] = [rx * 0.5523, ry * 0.5523];
  return (
    `M${x - rx} ${y}C${x - rx} ${y - ky} ${x - kx} ${y - ry} ${x} ${y - ry}S${x + rx} ${y - ky} ${x + rx} ${y}` +
    `S${x + kx} ${y + ry} ${x} ${y + ry}S${x - rx} ${y + ky} ${x - rx} ${y}Z`
  );
};

/** The path of a box with round corners. */
export const roundedBox = (x: number, y: number, width: number, height: number, r: number): string =>
  `M${x} ${y + r}q0 ${-r} ${r} ${-r}h${width - 2 * r}q${r} 0 ${r} ${r}v${height - 2 * r}` +
  `q0 ${r} ${-r} ${r}h${2 * r - width}q${-r} 0 ${-r} ${-r}Z`;
