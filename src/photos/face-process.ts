// The program of the face checker (face-checker.ts): measures one photo an ask.
import { answerAsks } from '../platform/side-process-answers.ts';
import { type FaceLibrary, loadFaceLibrary } from './face-library.ts';
import { type MeasuredPhoto, measurePhoto } from './measure-photo.ts';

/** A JPEG as we store it; `faces`: look for them too. */
export type FaceAsk = { jpeg: Uint8Array; faces: boolean };
/** `missing`: why nobody looked for the faces that were asked for. `cpuMs`: what it cost. */
export type FaceAnswer = { measured: MeasuredPhoto; missing?: string; cpuMs: number };

/** The library, or why there is none. */
const load = async (): Promise<FaceLibrary | string> => {
  try {
    return (await loadFaceLibrary()) ?? 'the packages are not installed';
  } catch (error) {
    return String(error); // a file of the models, say
  }
};
let library: ReturnType<typeof load> | undefined;

answerAsks(async (message): Promise<FaceAnswer> => {
  const { jpeg, faces } = message as FaceAsk;
  const before = process.cpuUsage();
  const loaded = faces ? await (library ??= load()) : undefined;
  const missing = typeof loaded === 'string' ? { missing: loaded } : {};
  const measured = await measurePhoto(Buffer.from(jpeg), typeof loaded === 'string' ? undefined : loaded);
  const { user, system } = process.cpuUsage(before);
  return { measured, ...missing, cpuMs: (user + system) / 1000 };
});
