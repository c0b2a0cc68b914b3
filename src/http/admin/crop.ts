import { type Request, type Response, Router } from 'express';
import type { ParentRecords } from '../../parents/parent-records.ts';
import type { Parent } from '../../parents/parent.ts';
import { adjustCrop } from '../../photos/adjust-crop.ts';
import type { ChangePortrait } from '../../photos/change-portrait.ts';
import type { PhotoRecords } from '../../photos/photo-records.ts';
import type { Photo } from '../../photos/photo.ts';
import { centreCrop, clampCrop, type PortraitCrop } from '../../photos/portrait-crop.ts';
import { cropAroundFace } from '../../photos/portray-face.ts';
import { Refused } from '../../shared/errors.ts';
import { parseId } from '../../shared/ids.ts';
import { type CropForm, type CropOrigin, readCropForm, readCropQuery } from '../forms/crop-form.ts';
import { requireStaff } from '../middleware/current-staff.ts';
import { paths, to } from '../paths.ts';
import { cropBack, type Pressed, presentCrop } from '../presenters/admin-crop.ts';
import type { DoneCode } from '../presenters/admin-notice.ts';
import { render } from '../render.ts';
import { type OfficePage, withDone } from './office-page.ts';

type Deps = {
  photos: Pick<PhotoRecords, 'find'>;
  parents: Pick<ParentRecords, 'find'>;
  changePortrait: ChangePortrait;
  officePage: OfficePage;
};

type Found = { photo: Photo; parent: Parent };

/** 'Turn or crop the portrait': the crop is in the form until it is saved; the full picture stays as it was sent. */
export const makeCropPage = ({ photos, parents, changePortrait, officePage }: Deps): Router => {
  const router = Router();

  /** The photo that the address names; throws `not-found` for photos that this school does not have. */
  const find = async (req: Request, res: Response): Promise<Found> => {
    const { id: schoolId } = res.locals.school;
    const photoId = parseId(req.params['photo_id']);
    const photo = photoId === undefined ? undefined : await photos.find(schoolId, photoId);
    const parent = photo && (await parents.find(schoolId, photo.parentId));
    if (!parent || parent.archivedAt) throw new Refused('not-found');
    return { photo, parent };
  };

  const show = async (
    req: Request,
    res: Response,
    { photo, parent }: Found,
    { crop, pressed, ...origin }: CropOrigin & { crop: PortraitCrop; pressed?: Pressed },
  ): Promise<void> => {
    const { speech } = res.locals;
    const here = origin.backTo === 'review' ? 'review' : 'parents';
    const around = await officePage.around(req, res, { title: speech.t('office.crop.title'), here });
    const notice = pressed ? null : await officePage.notice(req, res, parent);
    const seen = { ...around, ...origin, notice, parent, photo, saved: savedOf(photo), crop, pressed };
    render(res, 'admin/crop', presentCrop(seen));
  };

  /** The crop after the button, and what to say about it; nothing is kept but in the page's form. */
  const adjust = (
    photo: Photo,
    crop: PortraitCrop,
    button: Pressed['button'],
  ): { crop: PortraitCrop; pressed: Pressed } => {
    if (button === 'auto') return { crop: automaticOf(photo), pressed: { button, stuck: false } };
    const before = clampCrop(crop, photo);
    const after = adjustCrop(before, button, photo);
    return { crop: after, pressed: { button, stuck: isSame(before, after) } };
  };

  const save = async (res: Response, { photo, parent }: Found, { crop, backTo, className }: CropForm) => {
    const saved = await changePortrait(photo, crop, { kind: 'staff', staffId: res.locals.staff.id });
    if (saved.ok) return goOn(res, cropBack(photo, { backTo, className }), 'portrait-saved');
    if (saved.reason === 'not-found') throw new Refused('not-found');
    if (saved.reason === 'replaced' || saved.reason === 'already-decided') return leave(res, parent, saved.reason);
    return goOn(res, `${to.adminCrop(photo.id)}?back=${backTo}`, 'portrait-unreadable');
  };

  router
    .route(paths.adminCrop)
    .get(requireStaff('admin', 'reviewer'), async (req, res) => {
      const found = await find(req, res);
      const late = tooLate(found.photo);
      if (late) return leave(res, found.parent, late);
      await show(req, res, found, { ...readCropQuery(req.query), crop: savedOf(found.photo) });
    })
    .post(requireStaff('admin', 'reviewer'), async (req, res) => {
      const found = await find(req, res);
      const form = readCropForm(req.body, savedOf(found.photo));
      if (!form) throw new Refused('bad-request');
      const late = tooLate(found.photo);
      if (late) return leave(res, found.parent, late);
      const { press, backTo, className, crop } = form;
      if (press === 'save') return save(res, found, form);
      await show(req, res, found, { backTo, className, ...adjust(found.photo, crop, press) });
    });

  return router;
};

/** Only what waits or is in force has a portrait that anybody sees. */
const tooLate = ({ status }: Photo): DoneCode | undefined => {
  if (status === 'superseded') return 'replaced';
  return status === 'rejected' ? 'already-decided' : undefined;
};

/** To the parent's page, which says why and has the newer photo. */
const leave = (res: Response, { id }: Parent, why: DoneCode) => goOn(res, to.adminParent(id), why, id);

const goOn = async (res: Response, address: string, done: DoneCode, of?: number): Promise<void> =>
  res.redirect(303, withDone(address, done, of === undefined ? {} : { of }));

/** Around the face that the checks found, else the middle of the picture. */
const automaticOf = (photo: Photo): PortraitCrop =>
  photo.face ? cropAroundFace(photo, photo.face) : centreCrop(photo.width, photo.height);

/** The crop as it is now; for a photo without a portrait as it would be made. */
const savedOf = ({ portrait, width, height }: Photo): PortraitCrop => portrait?.crop ?? centreCrop(width, height);

const isSame = (a: PortraitCrop, b: PortraitCrop): boolean =>
  a.turn === b.turn && a.x === b.x && a.y === b.y && a.size === b.size;
