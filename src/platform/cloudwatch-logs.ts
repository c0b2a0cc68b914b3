import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { aborted } from './aborted.ts';
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
const HOPELESS = new Set(['InvalidParameterException', 'DataAlreadyAcceptedException', 'ValidationException']);

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

  /** Makes the stream, and the group where it is missing. */
  const prepare = async (abortSignal: AbortSignal): Promise<void> => {
    const makeStream = () => client.send(new CreateLogStreamCommand(names), { abortSignal });
    const madeOrMissing = await unless(['ResourceAlreadyExistsException', 'ResourceNotFoundException'], makeStream);
    if (madeOrMissing === 'ResourceNotFoundException') {
      const makeGroup = () => client.send(new CreateLogGroupCommand({ logGroupName: group }), { abortSignal });
      await unless(['ResourceAlreadyExistsException', 'OperationAbortedException'], makeGroup);
      await unless(['ResourceAlreadyExistsException'], makeStream);
    }
    const keep = () =>
      client.send(new PutRetentionPolicyCommand({ logGroupName: group, retentionInDays: retentionDays }), {
        abortSignal,
      });
    await unless(['AccessDeniedException', 'OperationAbortedException'], keep); // then whoever made the group has decided
    isPrepared = true;
  };

  const put = async (logEvents: LogEvent[], abortSignal: AbortSignal): Promise<{ refused: number }> => {
    try {
      if (!isPrepared) await prepare(abortSignal);
      const events = logEvents.map(({ timestamp, message }) => ({ timestamp, message }));
      const command = new PutLogEventsCommand({ ...names, logEvents: events });
      const { rejectedLogEventsInfo: rejected } = await client.send(command, { abortSignal });
      return { refused: rejected ? countRejected(rejected, events.length) : 0 };
    } catch (error) {
      const name = error instanceof Error ? error.name : '';
      if (name === 'ResourceNotFoundException') isPrepared = false; // somebody removed the group
      if (isPrepared && HOPELESS.has(name)) return { refused: logEvents.length };
      throw error;
    }
  };

  return { put: (events, signal) => Promise.race([put(events, signal), aborted(signal)]) };
};

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
