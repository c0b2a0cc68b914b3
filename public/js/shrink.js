/** The longest side that is sent, in pixels; the server keeps 1200. */
const SIDE = 1600;
const QUALITY = 0.86;
/** A JPEG below both is sent as it is. */
const SMALL_BYTES = 900_000;
/** What the server reads by itself; anything else that this browser can read is turned into a JPEG. */
const KNOWN = ['image/jpeg', 'image/png', 'image/webp', 'image/avif'];

/**
 * Makes a photo small enough for a weak network: upright, at most 1600 pixels, JPEG. Where the browser cannot read or
 * draw it, the file goes as it is, and the server decides. Gives a Blob.
 */
export const shrink = async (file) => {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    if (scale === 1 && file.type === 'image/jpeg' && file.size < SMALL_BYTES) return file;
    const smaller = await draw(picture, scale);
    picture.close();
    if (!smaller) return file;
    return smaller.size < file.size || !KNOWN.includes(file.type) ? smaller : file;
  } catch {
    return file;
  }
};

const draw = (picture, scale) => {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff'; // what is transparent becomes paper, not black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
};
