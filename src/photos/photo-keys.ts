/** Names a photo's files, `s<schoolId>/<2 hex>/<32 hex>`; the two hex digits are the first of the 32 and spread the files. */
export type StorageKey = string & { readonly brand: 'StorageKey' };
/** One of a photo's files. A portrait that is cut anew is a new file with the next version, from 1. */
export type PhotoFile = 'full' | 'thumb' | PortraitFile;
type PortraitFile = `portrait-${number}`;

const KEY = /^s[1-9]\d{0,15}\/([0-9a-f]{2})\/\1[0-9a-f]{30}$/;
const FILE = /^(?:full|thumb|portrait-[1-9]\d{0,8})$/;

/** A key for a new photo of a school; `random` is 16 bytes that nobody can guess. */
export const makeStorageKey = (schoolId: number, random: Buffer): StorageKey => {
  if (random.length !== 16) throw new Error(`A storage key takes 16 random bytes, not ${random.length}`);
  const name = random.toString('hex');
  return checkedKey(`s${schoolId}/${name.slice(0, 2)}/${name}`);
};

export const isStorageKey = (text: string): text is StorageKey => KEY.test(text);

export const isPhotoFile = (text: string): text is PhotoFile => FILE.test(text);

/** Throws for what is no key. */
const checkedKey = (text: string): StorageKey => {
  if (!isStorageKey(text)) throw new Error('Not a storage key'); // without the text: it may come from anywhere
  return text;
};

/** The file that holds the portrait of that version. */
export const portraitFile = (version: number): PortraitFile => `portrait-${version}`;

/** Where a file is, below the folder or the prefix of all photos: `<key>.jpg`, `.thumb.jpg` or `.portrait-<version>.jpg`. */
export const placeOf = (key: StorageKey, file: PhotoFile): string => {
  if (!isPhotoFile(file)) throw new Error('Not a file of a photo');
  return `${checkedKey(key)}${file === 'full' ? '.jpg' : `.${file}.jpg`}`;
};

/** What is at such a place; undefined when it is no file of a photo. */
export const photoFileAt = (place: string): { key: StorageKey; file: PhotoFile } | undefined => {
  const [, key = '', file = 'full'] = /^([^.]+)(?:[.]([^.]+))?[.]jpg$/.exec(place) ?? [];
  return isStorageKey(key) && isPhotoFile(file) && place === placeOf(key, file) ? { key, file } : undefined;
};
