/**
 * Where each check begins to speak. Most were measured on photos of about 20 people, as they are and
 * made darker, brighter, blurred and turned; docs/photo-checks.md has the figures and `checks:measure` repeats them.
 */
export const checkLimits = {
  /** How many faces there should be. */
  faces: 1,
  /** Another face counts when its box has this share of the largest one's: people far behind do not matter. */
  otherFaceShare: 0.2,
  /** Surer than this (0 to 1), so that no pattern counts as a second person. */
  otherFaceScore: 0.6,
  /** Height of a face's box by its width; no head is outside (measured: 1.03 to 1.50). */
  faceShape: { least: 0.7, most: 2.2 },

  /**
   * The value (0 to 255) that the brightest 2 % of the face exceed: the light on forehead, nose and in the eyes, which every
   * skin has. The mean is not used, because it is darker for darker skin: held against a limit of 70 it would have advised
   * the darkest of the measured faces at one stop less light, the fairest at three.
   */
  faceHighlight: { advice: 90, hint: 105 },
  /** The same of the whole picture, where no face is known. */
  pictureHighlight: { advice: 90, hint: 105 },
  /** Share of the face without any detail left: over-exposed, whatever its colour (measured in good light: 0.00 for all). */
  faceBurnt: { advice: 0.25, hint: 0.15 },
  /** A white wall behind somebody may fill half of a picture. */
  pictureBurnt: { advice: 0.8, hint: 0.8 },

  /** Variance of the Laplacian; of a face at 160 pixels (in focus: 96 to 1847; blurred by 2 % of its width: 7 to 14). */
  faceSharpness: { advice: 12, hint: 25 },
  /** Of the whole picture at 320 pixels (in focus: 106 and more). */
  pictureSharpness: { advice: 12, hint: 25 },

  /** Pixels of a face's width: below, it cannot be told from another on a screen, and its sharpness says nothing. */
  faceWidth: 160,
  /** Share of the face's box that is outside of the picture (measured: 0 for all portraits; a tenth is an ear). */
  outside: 0.1,
  /** How far the face is from the middle, as a share of the picture's width (measured: 0.17 at most for one person). */
  offCentre: 0.3,
  /** The nose's distance from the middle of the eyes, by the distance of the eyes (measured: 0.25 at most for people who look at the camera). */
  turn: { advice: 0.35, hint: 0.22 },
  /** Degrees of the line through the eyes (measured: one child at 28, who does tilt the head; the others less). */
  tilt: 25,
  /** Height of the eyes' openings by their width (Soukupová and Čech, 2016). Narrow eyes are open: never more than a hint. */
  eyesOpen: 0.2,

  /** Bits of 128 in which the prints of one picture differ at most after another size and compression (measured: 0 to 8; others: 42 and more). */
  printBits: 8,
} as const;
