/** A point in pixels, from the top left corner. */
export type Point = { x: number; y: number };

export type Pose = {
  /** How far the tip of the nose is from the middle between the eyes, along the eye line, in eye distances; 0 looks straight ahead. */
  turn: number;
  /** Degrees by which the line through the eyes is tilted. */
  tilt: number;
  /** Height of the eyes' openings by their width; 0 is shut. */
  eyesOpen: number;
  eyes: { left: Point; right: Point };
};

/** The 68 points in the order of the iBUG 300-W annotation, from which the net has learned. */
const LEFT_EYE = [36, 37, 38, 39, 40, 41];
const RIGHT_EYE = [42, 43, 44, 45, 46, 47];
const NOSE_TIP = 30;
const COUNT = 68;

/** How the head of a face is held, from its 68 points; undefined without them. Mouth and brows are never looked at. */
export const measurePose = (points: Point[]): Pose | undefined => {
  if (points.length !== COUNT) return undefined;
  const at = (n: number): Point => points[n] ?? { x: 0, y: 0 };
  const left = centre(LEFT_EYE.map(at));
  const right = centre(RIGHT_EYE.map(at));
  const distance = between(left, right);
  if (distance === 0) return undefined;
  const angle = Math.atan2(right.y - left.y, right.x - left.x);
  const middle = centre([left, right]);
  const nose = at(NOSE_TIP);
  return {
    turn: ((nose.x - middle.x) * Math.cos(angle) + (nose.y - middle.y) * Math.sin(angle)) / distance,
    tilt: (angle * 180) / Math.PI,
    eyesOpen: (openness(LEFT_EYE.map(at)) + openness(RIGHT_EYE.map(at))) / 2,
    eyes: { left, right },
  };
};

/** Soukupová and Čech, 2016: the two heights of an eye's six points by its width. */
const openness = (eye: Point[]): number => {
  const [outer, top1, top2, inner, bottom2, bottom1] = eye;
  if (!outer || !top1 || !top2 || !inner || !bottom2 || !bottom1) return 0;
  const width = between(outer, inner);
  return width === 0 ? 0 : (between(top1, bottom1) + between(top2, bottom2)) / 2 / width;
};

const centre = (points: Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
});

const between = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
