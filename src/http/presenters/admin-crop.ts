import { fullName, type Parent } from '../../parents/parent.ts';
import { type CropStep, turnCrop } from '../../photos/adjust-crop.ts';
import type { Photo } from '../../photos/photo.ts';
import {
  cropWidth,
  middleOf,
  type PictureSide,
  type PortraitCrop,
  type Turn,
  turnedSides,
} from '../../photos/portrait-crop.ts';
import type { MessageKey, Speech } from '../../platform/i18n.ts';
import type { RichPart } from '../../platform/rich-text.ts';
import { to } from '../paths.ts';
import type { OfficeLayout } from './admin-layout.ts';
import type { OfficeNotice } from './admin-notice.ts';
import { reviewAddress } from './review-address.ts';
import type { IconName } from './icons.ts';

type Button = {
  value: CropStep | 'auto';
  icon: IconName;
  text: string;
  /** Pressed last: it has the focus again, so that it can be pressed once more. */
  pressed: boolean;
};

export type CropPage = {
  layout: OfficeLayout;
  notice: OfficeNotice | null;
  back: { href: string; parts: RichPart[] };
  intro: RichPart[];
  /** What was done since the last save, in sentences. */
  state: { unsaved: boolean; sentences: string[] } | null;
  picture: { address: string; width: number; height: number; transform: string | null };
  /** Viewboxes and shapes in pixels of the turned picture. */
  full: { viewBox: string; veil: string; label: string };
  frame: { x: number; y: number; width: number; height: number; corner: number };
  result: { viewBox: string; label: string };
  action: string;
  fields: { name: string; value: string }[];
  turning: Button[];
  moving: Button[];
  sizing: Button[];
  auto: Button;
};

/** The button that was pressed; `stuck`: it goes no further. */
export type Pressed = { button: CropStep | 'auto'; stuck: boolean };

type Seen = {
  layout: OfficeLayout;
  speech: Speech;
  notice: OfficeNotice | null;
  parent: Parent;
  photo: Photo;
  saved: PortraitCrop;
  crop: PortraitCrop;
  pressed: Pressed | undefined;
  backTo: 'review' | 'parent';
  className: string | null;
};

/** 'Turn or crop the portrait': the picture with the crop marked, the portrait as it will be, and buttons. */
export const presentCrop = (seen: Seen): CropPage => {
  const { layout, speech, notice, parent, photo, crop, pressed, backTo, className } = seen;
  const name = fullName(parent);
  const { width, height } = turnedSides(crop.turn, photo);
  const wide = cropWidth(crop.size);
  const button = (value: Button['value'], icon: IconName, key: MessageKey): Button => ({
    ...{ value, icon, text: speech.t(key), pressed: pressed?.button === value },
  });
  return {
    layout,
    notice,
    back: {
      href: cropBack(photo, seen),
      parts: backTo === 'parent' ? [{ text: name, value: true, strong: false }] : speech.rich('office.reject.back'),
    },
    intro: speech.rich('office.crop.intro', { name }),
    state: presentState(seen),
    picture: {
      ...{ address: to.adminPicture(photo.id, 'full'), width: photo.width, height: photo.height },
      transform: turned(crop.turn, photo),
    },
    full: {
      viewBox: `0 0 ${width} ${height}`,
      veil: `M0 0h${width}v${height}h-${width}zM${crop.x} ${crop.y}h${wide}v${crop.size}h-${wide}z`,
      label: speech.t('office.crop.fullLabel'),
    },
    frame: { x: crop.x, y: crop.y, width: wide, height: crop.size, corner: Math.round(crop.size / 38) },
    result: {
      viewBox: `${crop.x} ${crop.y} ${wide} ${crop.size}`,
      label: speech.t('office.crop.resultLabel', { name }),
    },
    action: to.adminCrop(photo.id),
    fields: Object.entries({ ...crop, back: backTo, class: className ?? '' }).map(([field, value]) => ({
      ...{ name: field, value: String(value) },
    })),
    turning: [button('turn-left', 'undo', 'office.crop.left'), button('turn-right', 'renew', 'office.crop.right')],
    moving: [
      button('up', 'up', 'office.crop.up'),
      button('left', 'back', 'office.crop.left'),
      button('right', 'arrow', 'office.crop.right'),
      button('down', 'down', 'office.crop.down'),
    ],
    sizing: [button('closer', 'zoom', 'office.crop.closer'), button('wider', 'zoom-out', 'office.crop.wider')],
    auto: photo.face ? button('auto', 'face', 'office.crop.auto') : button('auto', 'picture', 'office.crop.middle'),
  };
};

/** Where the page leads when it is done: to the photo's review or to the parent. */
export const cropBack = (
  photo: Pick<Photo, 'id' | 'parentId'>,
  { backTo, className }: { backTo: 'review' | 'parent'; className: string | null },
): string => (backTo === 'parent' ? to.adminParent(photo.parentId) : reviewAddress({ photo: photo.id, className }));

/** Turns the picture around its corner and back into view, as `viewBox` of the turned picture expects it. */
const turned = (turn: Turn, { width, height }: PictureSide): string | null => {
  switch (turn) {
    case 0:
      return null;
    case 90:
      return `matrix(0 1 -1 0 ${height} 0)`;
    case 180:
      return `matrix(-1 0 0 -1 ${width} ${height})`;
    case 270:
      return `matrix(0 -1 1 0 0 ${width})`;
  }
};

const presentState = (seen: Seen): CropPage['state'] => {
  const { speech, pressed } = seen;
  const changes = changesOf(seen).map((change) => speech.t(`office.crop.changed.${change}`));
  if (!pressed) return null;
  const said = [...(pressed.stuck ? [speech.t('office.crop.stuck')] : [])];
  if (changes.length === 0 && said.length === 0) said.push(speech.t('office.crop.same'));
  return { unsaved: changes.length > 0, sentences: [...changes, ...said] };
};

/** Less than this is what rounding leaves of a step there and one back. */
const NOTHING = 3; // pixels

/** What is different from the crop that is saved. */
const changesOf = ({ saved, crop, photo }: Pick<Seen, 'saved' | 'crop' | 'photo'>) => {
  const by = ((crop.turn - saved.turn + 360) % 360) as Turn;
  const before = turnCrop(saved, by, photo);
  const [from, now] = [middleOf(before), middleOf(crop)];
  const changes = [
    ['turned-right', by === 90],
    ['turned-over', by === 180],
    ['turned-left', by === 270],
    ['closer', before.size - crop.size >= NOTHING],
    ['wider', crop.size - before.size >= NOTHING],
    ['up', from.y - now.y >= NOTHING],
    ['down', now.y - from.y >= NOTHING],
    ['left', from.x - now.x >= NOTHING],
    ['right', now.x - from.x >= NOTHING],
  ] as const;
  return changes.filter(([, isSo]) => isSo).map(([change]) => change);
};
