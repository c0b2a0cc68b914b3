import type { Frame, FrameComponent } from './jpeg-frame.ts';

/** The size of a block, and how many coefficients it has (ITU-T T.81, A.3.3). */
const BLOCK_SIDE = 8;
export const BLOCK = BLOCK_SIDE * BLOCK_SIDE;

/** The coefficients of one component in one row of MCUs, quantized, a block's 64 in the zigzag order of T.81, A.3.6. */
export type Plane = {
  component: FrameComponent;
  coefficients: Int16Array;
  /** Two words a block: a bit for each coefficient beyond the first that is not 0. */
  marks: Int32Array;
  /** Blocks from one block row to the next: whole MCUs. */
  stride: number;
  /** Blocks that have a part of the picture, in all of it: T.81, A.2.2. Those beyond come in interleaved scans only. */
  across: number;
  down: number;
};

/** The shape of a frame in MCUs (T.81, A.2.3). */
export type McuGrid = { across: number; down: number; widest: number; tallest: number };

export const mcuGridOf = ({ width, height, components }: Frame): McuGrid => {
  const widest = Math.max(...components.map(({ h }) => h));
  const tallest = Math.max(...components.map(({ v }) => v));
  return {
    ...{ across: Math.ceil(width / (BLOCK_SIDE * widest)), down: Math.ceil(height / (BLOCK_SIDE * tallest)) },
    ...{ widest, tallest },
  };
};

export const makePlanes = (frame: Frame, grid: McuGrid): Plane[] =>
  frame.components.map((component) => {
    const stride = grid.across * component.h;
    const blocks = stride * component.v;
    return {
      ...{ component, stride, coefficients: new Int16Array(blocks * BLOCK), marks: new Int32Array(blocks * 2) },
      across: Math.ceil(Math.ceil((frame.width * component.h) / grid.widest) / BLOCK_SIDE),
      down: Math.ceil(Math.ceil((frame.height * component.v) / grid.tallest) / BLOCK_SIDE),
    };
  });

export const clearPlane = ({ coefficients, marks }: Plane): void => {
  coefficients.fill(0);
  marks.fill(0);
};
