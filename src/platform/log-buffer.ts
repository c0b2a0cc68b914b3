/** One line of the log and when it was written, in milliseconds since 1970. */
export type LogEvent = { timestamp: number; message: string };

/**
 * Limits of CloudWatch's PutLogEvents, as its API reference has them: of one call, and of one event, whose size counts as its UTF-8
 * bytes and 26 more.
 */
export const putLimits = {
  events: 10_000,
  bytes: 1_048_576,
  bytesBesideEach: 26,
  /** Between the first and the last event of a call. */
  spanMs: 24 * 3600_000,
  /** How old an event may be. */
  ageMs: 14 * 24 * 3600_000,
} as const;

const LARGEST_EVENT = putLimits.bytes - putLimits.bytesBesideEach;
/** At the end of a line that was too long. */
export const CUT_MARK = ' (cut)';
/** An event that turns too old on its way would be refused. */
const AGE_MARGIN_MS = 60_000;

/** Of what waits. 8 MiB are about ten minutes of a busy school: longer outages cost the oldest lines. */
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_EVENTS = 20_000;

type Held = LogEvent & { bytes: number };
type Options = { mostBytes?: number; mostEvents?: number; onDropped: (count: number) => void };

/** Lines that wait to be sent, within bounds: when there are too many the oldest go, and `onDropped` hears how many. */
export const makeLogBuffer = ({ mostBytes = MOST_BYTES, mostEvents = MOST_EVENTS, onDropped }: Options) => {
  let waiting: Held[] = [];
  let bytes = 0;

  const drop = (count: number): void => {
    if (count === 0) return;
    for (const gone of waiting.splice(0, count)) bytes -= gone.bytes;
    onDropped(count);
  };

  const keepBounds = (): void => {
    let count = Math.max(0, waiting.length - mostEvents);
    let over = bytes - waiting.slice(0, count).reduce((sum, one) => sum + one.bytes, 0) - mostBytes;
    for (; over > 0; count += 1) over -= waiting[count]?.bytes ?? over;
    drop(count);
  };

  return {
    /** Keeps a line; one that is larger than an event may be is cut, with a mark. */
    push: (timestamp: number, line: string): void => {
      const message = fitting(line);
      const size = Buffer.byteLength(message) + putLimits.bytesBesideEach;
      waiting.push({ timestamp, message, bytes: size });
      bytes += size;
      if (bytes > mostBytes || waiting.length > mostEvents) keepBounds();
    },

    /**
     * Takes out what one call may carry, in the order of time; at most a call is out at a time. What is too old for
     * CloudWatch goes, and counts as dropped. A clock that was put back meanwhile makes no event of the future.
     */
    take: (now: number): LogEvent[] => {
      for (const one of waiting) one.timestamp = Math.min(one.timestamp, now);
      waiting.sort((a, b) => a.timestamp - b.timestamp);
      const oldest = now - putLimits.ageMs + AGE_MARGIN_MS;
      const young = waiting.findIndex(({ timestamp }) => timestamp >= oldest);
      drop(young === -1 ? waiting.length : young);
      const latest = (waiting[0]?.timestamp ?? 0) + putLimits.spanMs;
      let size = 0;
      let count = 0;
      for (const one of waiting) {
        size += one.bytes;
        if (count === putLimits.events || size > putLimits.bytes || one.timestamp >= latest) break;
        count += 1;
      }
      const batch = waiting.splice(0, count);
      for (const one of batch) bytes -= one.bytes;
      return batch;
    },

    /** Gives back what could not be sent. */
    putBack: (batch: LogEvent[]): void => {
      waiting = [...(batch as Held[]), ...waiting];
      for (const one of batch as Held[]) bytes += one.bytes;
      keepBounds();
    },

    /** What waits: its bytes as CloudWatch counts them, and its lines. */
    size: () => ({ bytes, events: waiting.length }),
  };
};

const fitting = (line: string): string => {
  if (3 * line.length <= LARGEST_EVENT || Buffer.byteLength(line) <= LARGEST_EVENT) return line;
  const room = LARGEST_EVENT - CUT_MARK.length;
  // A character that was cut in the middle becomes one of three bytes.
  const kept = Buffer.from(line)
    .subarray(0, room - 3)
    .toString();
  return `${kept}${CUT_MARK}`;
};
