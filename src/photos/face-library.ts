// The one place that knows @vladmandic/face-api and TensorFlow: where faces are in a picture, and where their features.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as FaceApi from '@vladmandic/face-api';
import type * as WasmBackend from '@tensorflow/tfjs-backend-wasm';
import type { Box } from './photo-check.ts';

type Point = { x: number; y: number };

/** 8-bit RGB without gaps. */
export type Rgb = { data: Buffer; width: number; height: number };
/** A face in the picture that was looked at; `score` from 0 to 1. */
type FoundFace = { box: Box; score: number };

/** More than anyone needs: a class photo is 'several people' with the second face. */
const MOST_FACES = 20;
/** The two detectors' own thresholds: low, because both must agree. */
const SSD_CONFIDENCE = 0.5;
const TINY_SCORE = 0.3;
/** Pixels of the square that the small detector looks at. */
const TINY_INPUT = 416;

/**
 * Loads the libraries with the three nets that are used: two that find faces and one that finds 68 points of a face. The net that
 * turns a face into numbers to recognise it by is never loaded. Undefined when a package is not installed.
 */
export const loadFaceLibrary = async () => {
  const require = createRequire(import.meta.url);
  const installed = (name: string): unknown => {
    try {
      return require(name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
      throw error;
    }
  };
  const wasm = installed('@tensorflow/tfjs-backend-wasm') as typeof WasmBackend | undefined;
  // Its other builds crash on this Node.
  const api = installed('@vladmandic/face-api/dist/face-api.node-wasm.js') as typeof FaceApi | undefined;
  if (!wasm || !api) return undefined;
  const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));
  wasm.setWasmPaths(`${join(folderOf('@tensorflow/tfjs-backend-wasm'), 'wasm-out')}/`);
  wasm.setThreadsCount(1);
  const tf = api.tf as unknown as Tensors;
  await tf.setBackend('wasm');
  await tf.ready();
  const models = join(folderOf('@vladmandic/face-api'), 'model');
  const { ssdMobilenetv1, tinyFaceDetector, faceLandmark68Net } = api.nets;
  for (const net of [ssdMobilenetv1, tinyFaceDetector, faceLandmark68Net]) await net.loadFromDisk(models);

  const asTensor = ({ data, width, height }: Rgb) => tf.tensor3d(new Int32Array(data), [height, width, 3], 'int32');

  /** What both detectors found, the largest first, and the points of that one. */
  const look = async (picture: Rgb): Promise<{ faces: FoundFace[]; points: Point[] }> => {
    const tensor = asTensor(picture);
    try {
      const input = tensor as unknown as FaceApi.tf.Tensor3D;
      const ssd = await ssdMobilenetv1.locateFaces(
        input,
        new api.SsdMobilenetv1Options({ minConfidence: SSD_CONFIDENCE, maxResults: MOST_FACES }),
      );
      const tiny = await tinyFaceDetector.locateFaces(
        input,
        new api.TinyFaceDetectorOptions({ inputSize: TINY_INPUT, scoreThreshold: TINY_SCORE }),
      );
      const faces = agreed(ssd.map(toFound), tiny.map(toFound));
      return { faces, points: faces[0] ? await pointsOf(input, faces[0].box) : [] };
    } finally {
      tensor.dispose();
    }
  };

  const pointsOf = async (input: FaceApi.tf.Tensor3D, { x, y, width, height }: Box): Promise<Point[]> => {
    const [face] = await api.extractFaceTensors(input, [new api.Rect(x, y, width, height)]);
    if (!face) return [];
    try {
      const landmarks = (await faceLandmark68Net.detectLandmarks(face)) as FaceApi.FaceLandmarks68;
      const corner = { x: Math.max(0, Math.floor(x)), y: Math.max(0, Math.floor(y)) };
      return landmarks.positions.map((point) => ({ x: point.x + corner.x, y: point.y + corner.y }));
    } finally {
      (face as unknown as Tensor).dispose();
    }
  };

  return { look };
};

export type FaceLibrary = NonNullable<Awaited<ReturnType<typeof loadFaceLibrary>>>;

/** What is used of TensorFlow, whose types face-api gives in part only. */
type Tensor = { dispose: () => void };
type Tensors = {
  setBackend: (name: string) => Promise<boolean>;
  ready: () => Promise<void>;
  tensor3d: (data: Int32Array, shape: [number, number, number], type: 'int32') => Tensor;
};

const toFound = ({ score, box }: FaceApi.FaceDetection): FoundFace => ({
  score,
  box: { x: box.x, y: box.y, width: box.width, height: box.height },
});

/** Boxes that overlap less are two faces. */
const SAME_FACE = 0.2;
/** So sure is the large detector of a second face that the small one need not see it too. */
const SURE = 0.9;

/**
 * The main face must be seen by both detectors: alone, the large one takes a cat for a face. Beside a face that both see,
 * the large one is believed when it is sure: the small one misses small faces in the background.
 */
const agreed = (ssd: FoundFace[], tiny: FoundFace[]): FoundFace[] => {
  const area = ({ box }: FoundFace) => box.width * box.height;
  const seenTwice = (face: FoundFace) => tiny.some((other) => overlap(face.box, other.box) > SAME_FACE);
  const both = ssd.filter(seenTwice).sort((a, b) => area(b) - area(a));
  if (both.length === 0) return [];
  const sure = ssd.filter((face) => !both.includes(face) && face.score > SURE);
  return [...both, ...sure.sort((a, b) => area(b) - area(a))];
};

/** The share of two boxes that they have in common. */
const overlap = (a: Box, b: Box): number => {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const common = width * height;
  return common / (a.width * a.height + b.width * b.height - common);
};
