import type { SystemStatus } from '../../dashboard/system-status.ts';
import type { Speech } from '../../platform/i18n.ts';
import type { OfficeDates } from './admin-dates.ts';

type Around = { speech: Speech; dates: OfficeDates };

export type InstanceRow = { name: string; kind: string; version: string; since: string };

/** The processes that live; null where they cannot be read. */
export const presentInstances = (
  { speech, dates }: Around,
  instances: SystemStatus['instances'],
): InstanceRow[] | null =>
  instances.ok
    ? instances.value.map(({ name, kind, version, startedAt }) => ({
        ...{ name, kind: speech.t(`office.system.instance.${kind}`), version, since: dates.moment(startedAt) },
      }))
    : null;
