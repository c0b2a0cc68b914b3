import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { aborted } from './aborted.ts';
import { codeAndStatus, codeOf, statusOf } from './aws-code.ts';
import type { LogEvent } from './log-buffer.ts';
import type { LogStore } from './log-sink.ts';

type Options = {
  group: string;
  /** One a process: names of processes that do not live any more are never used again. */
  stream: string;
  /** Days that CloudWatch keeps the lines. */
  retentionDays: number;
};

const CONNECT_MS = 3000;

/** CloudWatch refuses these for what they are: sent again, they would be refused again. */
const HOPELESS = new Set(['InvalidParameterException', 'ValidationException']);
/** It has these lines already. */
const HAS_THEM = 'DataAlreadyAcceptedException';
/** Whoever made the group may have decided how long it keeps them: we do not insist. */
const RETENTION_TRIES = 3;

/**
 * CloudWatch Logs as a place for the log. The group, the stream and the retention are made with the first call, where the role may.
 * Region, credentials and another endpoint come by the SDK's own chain.
 */
export const makeCloudWatchLogs = ({ group, stream, retentionDays }: Options): LogStore => {
  const client = new CloudWatchLogsClient({
    maxAttempts: 1, // who calls tries again by itself
    requestHandler: { connectionTimeout: CONNECT_MS },
  });
  const names = { logGroupName: group, logStreamName: stream };
  let isPrepared = false;
  let retentionTries = RETENTION_TRIES;

  /** Makes the stream, and the group where it is missing. */
  const prepare = async (abortSignal: AbortSignal): Promise<void> => {
    const makeStream = () => client.send(new CreateLogStreamCommand(names), { abortSignal });
    const madeOrMissing = await unless(['ResourceAlreadyExistsException', 'ResourceNotFoundException'], makeStream);
    if (madeOrMissing === 'ResourceNotFoundException') {
      const makeGroup = () => client.send(new CreateLogGroupCommand({ logGroupName: group }), { abortSignal });
      await unless(['ResourceAlreadyExistsException', 'OperationAbortedException'], makeGroup);
      await unless(['ResourceAlreadyExistsException'], makeStream);
    }
    isPrepared = true;
  };

  /** Says how long the group keeps lines; a refusal holds none of them up. */
  const setRetention = async (abortSignal: AbortSignal): Promise<void> => {
    retentionTries -= 1;
    const command = new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: retentionDays });
    const said = await client.send(command, { abortSignal }).catch((error: unknown) => error);
    if (!(said instanceof Error) || said.name === 'AccessDeniedException') retentionTries = 0;
  };

  const put = async (logEvents: LogEvent[], abortSignal: AbortSignal): Promise<{ refused: number }> => {
    try {
      if (!isPrepared) await prepare(abortSignal);
      if (retentionTries > 0) await setRetention(abortSignal);
      const events = logEvents.map(({ timestamp, message }) => ({ timestamp, message }));
      const command = new PutLogEventsCommand({ ...names, logEvents: events });
      const { rejectedLogEventsInfo: rejected } = await client.send(command, { abortSignal });
      return { refused: rejected ? countRejected(rejected, events.length) : 0 };
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (name === HAS_THEM) return { refused: 0 };
      if (name === 'ResourceNotFoundException') [isPrepared, retentionTries] = [false, RETENTION_TRIES]; // somebody removed the group
      if (isPrepared && HOPELESS.has(name)) return { refused: logEvents.length };
      throw error instanceof Error ? new CloudWatchFailure(error) : error;
    }
  };

  return { put: (events, signal) => Promise.race([put(events, signal), aborted(signal)]) };
};

/** The name and the status of what went wrong. The SDK's messages quote roles, requests and what signs them. */
class CloudWatchFailure extends Error {
  readonly code: string;
  constructor(cause: Error) {
    super('CloudWatch failed');
    this.name = 'CloudWatchFailure';
    this.code = codeAndStatus(codeOf(cause), statusOf(cause));
  }
}

type Rejected = {
  tooNewLogEventStartIndex?: number | undefined;
  tooOldLogEventEndIndex?: number | undefined;
  expiredLogEventEndIndex?: number | undefined;
};

/** Events before an end, and from a start on, were left out. */
const countRejected = (rejected: Rejected, all: number): number => {
  const from = Math.max(rejected.tooOldLogEventEndIndex ?? 0, rejected.expiredLogEventEndIndex ?? 0);
  const until = rejected.tooNewLogEventStartIndex ?? all;
  return all - Math.max(0, until - from);
};

/** Runs it; gives the name of its error where that is one of `names`, and rejects with any other. */
const unless = async (names: string[], run: () => Promise<unknown>): Promise<string | undefined> => {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return error.name;
    throw error;
  }
};
