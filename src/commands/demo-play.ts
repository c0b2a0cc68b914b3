import { createHash, randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import type { Parent } from '../parents/parent.ts';
import { drawFace } from '../photos/draw-face.ts';
import type { Actor } from '../platform/event-log.ts';
import type { School } from '../schools/school.ts';
import type { Result } from '../shared/result.ts';
import type { Wired } from '../wiring.ts';
import { giveDemoChecks } from './demo-checks.ts';
import type { Step } from './demo-lives.ts';
import type { DemoPerson } from './demo-people.ts';

/** An invented parent while things happen to them. */
export type Life = {
  /** Their place among all. */
  index: number;
  person: DemoPerson;
  changedAt: Date;
  /** Their last step so far: the next one waits for it. */
  busy: Promise<void>;
  parent?: Parent;
  photoId?: number;
};

const office: Actor = { kind: 'cli' };

/** Lets one step happen through the program's own use cases, at the time of its clock. Throws when it refuses one. */
export const makePlay = (program: Wired, school: School, faceOf: FaceOf) => {
  const send = async (life: Life, step: Step & { do: 'send' }) => {
    const face = await faceOf(life, step);
    const path = program.files.temporaryPath();
    try {
      await writeFile(path, face, { mode: 0o600 });
      const sha256 = createHash('sha256').update(face).digest('hex');
      const upload = { path, size: face.length, sha256, uploadId: randomUUID() };
      life.photoId = granted(await program.receivePhoto(parentOf(life), upload)).photoId;
      await giveDemoChecks(program, life.photoId, step.variant);
    } finally {
      await rm(path, { force: true });
    }
  };
  return async (life: Life, step: Step): Promise<void> => {
    switch (step.do) {
      case 'create':
        life.parent = granted(await program.createParent(office, school, life.person.details));
        return;
      case 'start':
        granted(await program.choices.start(parentOf(life).id, parentOf(life).locale ?? school.defaultLocale));
        return;
      case 'send':
        return send(life, step);
      case 'approve':
        granted(await program.reviewPhoto.approve(office, school.id, photoOf(life)));
        return;
      case 'reject':
        granted(await program.reviewPhoto.reject(office, school.id, photoOf(life), { ...step, seen: 'pending' }));
        return;
      case 'decline':
        granted(await program.choices.decline(parentOf(life).id, step.note));
        return;
      case 'not-me':
        return program.choices.sayNotMe(parentOf(life).id);
      case 'revoke':
        return program.onboardingLink.revoke(office, school, parentOf(life).id, step.note);
      case 'archive':
        return program.leaving.archive(office, school.id, parentOf(life).id, step.note);
      case 'lapse':
        await program.lapseLinks();
    }
  };
};

const granted = <T>(result: Result<T, string>): T => {
  if (!result.ok) throw new Error(`the practice school was refused a step: ${result.reason}`);
  return result.value;
};

const parentOf = ({ parent }: Life): Parent => {
  if (!parent) throw new Error('a life begins with its creation');
  return parent;
};

const photoOf = ({ photoId }: Life): number => {
  if (photoId === undefined) throw new Error('there is no photo to review yet');
  return photoId;
};

type FaceOf = (life: Life, step: Step & { do: 'send' }) => Promise<Buffer>;

/** How somebody looks on their next photo. */
const CHANGED = { top: '#5c6b7a', clothes: 'v-neck', backdrop: '#f0e3d6', smile: 'open' } as const;

/** Draws each face once, `ofAKind` for each kind of people; whoever comes after them shares one. Gives JPEGs. */
export const makeFaces = ({ seed, ofAKind }: { seed: number; ofAKind: number }): FaceOf => {
  const drawn = new Map<string, Promise<Buffer>>();
  return ({ index, person: { kind, traits, look } }, { variant, again }) => {
    const number = index % ofAKind;
    const key = [kind, number, variant, again].join();
    const face =
      drawn.get(key) ??
      drawFace({
        seed: hash(`${seed} ${kind} ${number}`),
        traits,
        look: { ...look, ...(again ? CHANGED : {}) },
        variant,
      });
    drawn.set(key, face);
    return face;
  };
};

const hash = (text: string): number => createHash('sha256').update(text).digest().readInt32BE();
