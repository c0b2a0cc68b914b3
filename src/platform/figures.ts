type Unit = 'Count' | 'Milliseconds' | 'Seconds' | 'Bytes' | 'Percent';
type Figure = {
  /** `counter`: only grows, while the process lives; `gauge`: as of now; `spread`: of many values. */
  kind: 'counter' | 'gauge' | 'spread';
  unit: Unit;
  /** For /metrics and its readers; docs/operations.md says more. */
  help: string;
};

/** Every figure by its name in CloudWatch. Alarms in `infra/` know these names: none is renamed without them. No figure has an id or a name of a person. */
export const figures = {
  Requests: {
    kind: 'counter',
    unit: 'Count',
    help: 'Requests that ended, health, metrics and uploads that broke off aside.',
  },
  RequestsAborted: { kind: 'counter', unit: 'Count', help: 'Of them, those whose sender did not wait.' },
  RequestErrors: { kind: 'counter', unit: 'Count', help: 'Of them, those with a 5xx.' },
  RequestLatency: {
    ...{ kind: 'spread', unit: 'Milliseconds' },
    help: 'From a request to the end of its answer, uploads aside.',
  },
  UploadsAccepted: { kind: 'counter', unit: 'Count', help: 'Photos that were kept.' },
  UploadsRefused: { kind: 'counter', unit: 'Count', help: 'Photos that were not, whatever the reason.' },
  ChecksRun: { kind: 'counter', unit: 'Count', help: 'Photos that the checks have looked at.' },
  ChecksLate: { kind: 'counter', unit: 'Count', help: 'Parents who were not told at once what the checks say.' },
  UnexpectedErrors: { kind: 'counter', unit: 'Count', help: 'Errors that nobody foresaw.' },
  NewErrorFingerprints: {
    kind: 'counter',
    unit: 'Count',
    help: 'Kinds of them that were not known, or are back after they were done.',
  },
  DroppedLogEvents: { kind: 'counter', unit: 'Count', help: 'Lines of the log that CloudWatch did not get.' },
  PoolInUse: { kind: 'gauge', unit: 'Count', help: 'Connections to the database that are in use.' },
  PoolWaiting: { kind: 'gauge', unit: 'Count', help: 'Who waits for a connection.' },
  RssBytes: { kind: 'gauge', unit: 'Bytes', help: 'Resident memory of the process, side processes aside.' },
  EventLoopDelay: { kind: 'gauge', unit: 'Milliseconds', help: 'How late the event loop came, 99th percentile.' },
  DiskFreePercent: { kind: 'gauge', unit: 'Percent', help: 'Room on the volume with the photos.' },
  QueueDepth: { kind: 'gauge', unit: 'Count', help: 'Jobs that wait.' },
  QueueWaitSeconds: { kind: 'gauge', unit: 'Seconds', help: 'Since when the first of them could run.' },
  QueueFailed: { kind: 'gauge', unit: 'Count', help: 'Jobs that failed for good.' },
  ReviewBacklog: { kind: 'gauge', unit: 'Count', help: 'Photos that wait for the office.' },
  ReviewOldestSeconds: { kind: 'gauge', unit: 'Seconds', help: 'Age of the oldest of them.' },
  BackupAgeSeconds: { kind: 'gauge', unit: 'Seconds', help: 'Age of the newest backup.' },
  BackupNeedsPerson: { kind: 'gauge', unit: 'Count', help: '1 where the status page is red because of backups.' },
  MirrorOldestSeconds: { kind: 'gauge', unit: 'Seconds', help: 'Age of the oldest photo without its copy in S3.' },
  FilesMissing: { kind: 'gauge', unit: 'Count', help: 'Photos whose files were missing or damaged at the last look.' },
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof figures;
type OfKind<Kind> = { [Name in FigureName]: (typeof figures)[Name]['kind'] extends Kind ? Name : never }[FigureName];
export type CounterName = OfKind<'counter'>;
type GaugeName = OfKind<'gauge'>;
/** What is known of the gauges; one that could not be read is missing. */
export type Gauges = Partial<Record<GaugeName, number>>;

export const figureNames = Object.keys(figures) as FigureName[];
