import sharp from 'sharp';
import { drawFace } from '../../src/photos/draw-face.ts';

/**
 * A portrait of nobody that the checks have nothing to say about. From far away the detectors take a drawn face for one, close up
 * they do not: so it is a piece of a large picture. The same number is the same picture.
 */
export const goodPortrait = async (seed: number): Promise<Buffer> =>
  sharp(await drawFace({ seed, variant: 'far', width: 1200 }))
    .extract({ left: 100, top: 150, width: 1000, height: 1200 })
    .jpeg({ quality: 90 })
    .toBuffer();
