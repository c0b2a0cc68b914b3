import type { SystemStatus } from '../dashboard/system-status.ts';
import { VERSION } from '../shared/version.ts';
import { attentionOf, wireSystemStatus } from '../wiring-status.ts';
import type { Command } from './command.ts';

export const statusCommand: Command = {
  usage: 'status',
  summary:
    'how the service is: version, processes, database, storage, jobs, backups, errors; exit 1 when something needs a person',
  options: {},
  run: async (service) => {
    const status = await wireSystemStatus(service)();
    const attention = await attentionOf(status);
    const parts = { version: VERSION, ...partsOf(status) };
    return {
      text: [
        ...linesOf(parts),
        attention.length > 0 ? 'Needs a person:' : 'Everything works.',
        ...attention.map(inList),
      ].join('\n'),
      json: { ...parts, attention },
      exit: attention.length > 0 ? 1 : 0,
    };
  },
};

const inList = (text: string): string => `  ${text}`;

/** What each part says; null: it does not answer, or there is none. */
const partsOf = (status: SystemStatus) => ({
  instances: valueOf(status.instances)?.map(({ name, kind, version, startedAt, heardAt }) => ({
    ...{ name, kind, version, started_at: startedAt, heard_at: heardAt },
  })),
  database: databaseOf(status),
  storage: {
    writable: status.storage.ok,
    volume: valueOf(status.photoVolume),
    doctor: valueOf(status.doctor)?.detail ?? null,
    mirror: valueOf(status.mirror),
  },
  jobs: valueOf(status.jobs)?.map(({ name, waiting, running, failed, dueSince }) => ({
    ...{ name, waiting, running, failed, due_since: dueSince },
  })),
  backups: backupsOf(status),
  errors: valueOf(status.errors)?.map(({ firstAt, lastAt, exampleId, isNew, isBack, ...error }) => ({
    ...{ ...error, first_at: firstAt, last_at: lastAt, example_id: exampleId, is_new: isNew, is_back: isBack },
  })),
});

type Parts = ReturnType<typeof partsOf> & { version: string };
type Answered<T> = { ok: true; value: T } | { ok: false } | undefined;

const valueOf = <T>(answer: Answered<T>): T | null => (answer?.ok ? answer.value : null);

const databaseOf = ({ database }: SystemStatus) => {
  if (!database.ok) return null;
  const { version, bytes, connections, mostConnections, migrations } = database.value;
  return { version, bytes, connections, most_connections: mostConnections, migrations };
};

const backupsOf = ({ backups }: SystemStatus) => {
  if (!backups.ok) return null;
  const { newest, verified, rehearsed, lastFailure, isKeyKept } = backups.value;
  const at = (last: { at: Date } | undefined) => last?.at ?? null;
  return {
    ...{ newest_at: at(newest), verified_at: at(verified), rehearsed_at: at(rehearsed) },
    ...{ last_failure_at: at(lastFailure), key_kept: isKeyKept },
  };
};

const AWAY = 'does not answer';
const when = (at: Date | null): string => at?.toISOString() ?? 'never';

const linesOf = ({ version, instances, database, storage, jobs, backups, errors }: Parts): string[] => [
  `Version ${version}`,
  instances ? `Processes: ${instances.length}` : `Processes: ${AWAY}`,
  ...(instances ?? []).map((one) =>
    inList(`${one.kind} ${one.name}, version ${one.version}, since ${when(one.started_at)}`),
  ),
  database
    ? `Database: PostgreSQL ${database.version}, ${database.bytes} bytes, ${database.connections} of ${database.most_connections} connections, ${database.migrations.done} migrations, ${database.migrations.missing} missing`
    : `Database: ${AWAY}`,
  `Storage: photos can${storage.writable ? '' : 'not'} be kept${storage.volume ? `, ${storage.volume.used} of ${storage.volume.size} bytes used` : ''}`,
  jobs ? 'Jobs:' : `Jobs: ${AWAY}`,
  ...(jobs ?? []).map((one) =>
    inList(`${one.name}: ${one.waiting} waiting, ${one.running} running, ${one.failed} failed`),
  ),
  backups
    ? `Backups: newest ${when(backups.newest_at)}, verified ${when(backups.verified_at)}, rehearsed ${when(backups.rehearsed_at)}`
    : `Backups: ${AWAY}`,
  errors ? `Errors of the last 7 days that are not done: ${errors.length} kinds` : `Errors: ${AWAY}`,
  ...(errors ?? []).map((one) =>
    inList(
      `${one.fingerprint} ${one.type}${one.code === null ? '' : ` ${one.code}`}, ${one.place}, ${one.times} times, last ${when(one.last_at)}, for example ${one.example_id}`,
    ),
  ),
];
