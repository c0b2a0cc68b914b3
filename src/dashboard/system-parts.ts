import type { Trx } from '../platform/db.ts';

/** The photos that still have to be copied to S3. */
export type MirrorBacklog = { copied: number; waiting: number; oldestAt: Date | undefined };

/** What is known of the backups. `faults` are files that are not as the manifest says; bytes are bytes. */
export type BackupState = {
  newest:
    | {
        at: Date;
        id: string;
        databaseBytes: number;
        photoFiles: number;
        photoBytes: number;
        newFiles: number;
        places: number;
        faults: number;
      }
    | undefined;
  verified: { at: Date; files: number; faults: number } | undefined;
  rehearsed: { at: Date; seconds: number; faults: number } | undefined;
  lastFailure: { at: Date; failure: string } | undefined;
  /** Whether the verification, or the rehearsal, that was tried last did not end. */
  hasVerifyFailed: boolean;
  hasRehearsalFailed: boolean;
  /** Whether somebody has said that the key is kept somewhere else, too. */
  isKeyKept: boolean;
  /** Whether each machine makes a key of its own, so that one has to be given to all. */
  isKeyOfEachMachine: boolean;
  isRed: boolean;
};

/** What the office can have done, by the kind of its job. */
export const backupWorks = ['backup', 'backup-verify', 'backup-rehearsal'] as const;
export type BackupWork = (typeof backupWorks)[number];

/** The backups, as the status page sees them. What is started is queued in the caller's transaction. */
export type Backups = {
  state: () => Promise<BackupState>;
  startWork: (trx: Trx, kind: BackupWork, staffId: number) => Promise<void>;
  /** False when there is no key yet. */
  confirmKeyKept: (trx: Trx, staffId: number) => Promise<boolean>;
};
