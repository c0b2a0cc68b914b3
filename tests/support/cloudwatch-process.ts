// A CloudWatch Logs of its own process, as strict as AWS's: it recomputes each signature and refuses what is beyond the limits.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * `down`: the connection breaks; `hangs`: no answer ever comes; `throttled`, `denied`, 500: that answer; `no-retention`, `already`,
 * `invalid`: one call is refused. Every refusal quotes the request, as AWS's may.
 */
export type CloudWatchFault = 'down' | 'hangs' | keyof typeof faults | keyof typeof oneCall;
type Event = { timestamp: number; message: string };
export type Group = { retentionInDays?: number; streams: Record<string, Event[]> };
export type Told = { groups: Record<string, Group>; calls: string[]; refusals: string[] };
type Asked = { fault?: CloudWatchFault | null; tell?: true; forget?: true };

const [secret = ''] = process.argv.slice(2);
let groups: Told['groups'] = {};
const calls: string[] = [];
const refusals: string[] = [];
let fault: CloudWatchFault | null = null;

class Refused extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const hash = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

/** AWS Signature Version 4 over the canonical request, the body's hash in it. */
const checkSignature = (req: IncomingMessage, body: Buffer): void => {
  const refuse = (why: string) => new Refused('InvalidSignatureException', why);
  const given =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/logs\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, , day = '', region = '', signed = '', signature = ''] = given.exec(req.headers.authorization ?? '') ?? [];
  const date = String(req.headers['x-amz-date']);
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const skew = Math.abs(Date.now() - Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`));
  if (!(skew < 5 * 60_000) || !date.startsWith(day)) throw refuse('its date');
  const names = signed.split(';');
  if (!['host', 'x-amz-date', 'x-amz-target'].every((name) => names.includes(name))) throw refuse('signed too little');
  const headers = names.map((name) => `${name}:${String(req.headers[name]).trim().replace(/ +/g, ' ')}\n`).join('');
  const canonical = [req.method, req.url, '', headers, signed, hash(body)].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', date, `${day}/${region}/logs/aws4_request`, hash(canonical)].join('\n');
  const key = [day, region, 'logs', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature.padEnd(64, '0'), 'hex')))
    throw refuse('it does not match');
};

type Names = { logGroupName: string; logStreamName: string };

const streamOf = ({ logGroupName, logStreamName }: Names): Event[] => {
  const stream = groups[logGroupName]?.streams[logStreamName];
  if (!stream) throw new Refused('ResourceNotFoundException', 'The specified log stream does not exist.');
  return stream;
};

const HOUR = 3600_000;

const checkBatch = (events: Event[]): void => {
  const refuse = (why: string) => new Refused('InvalidParameterException', why);
  if (events.length < 1 || events.length > 10_000) throw refuse(`${events.length} events`);
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
  if (bytes > 1_048_576) throw refuse(`${bytes} bytes`);
  if (events.some(({ message }) => message === '')) throw refuse('an empty message');
  if (events.some(({ timestamp }, at) => timestamp < (events[at - 1]?.timestamp ?? 0))) throw refuse('not in order');
  if ((events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0) > 24 * HOUR) throw refuse('more than 24 hours');
};

const put = ({ logEvents, ...names }: Names & { logEvents: Event[] }): object => {
  const stream = streamOf(names);
  checkBatch(logEvents);
  const now = Date.now();
  const tooOld = logEvents.filter(({ timestamp }) => timestamp < now - 14 * 24 * HOUR).length;
  const tooNew = logEvents.findIndex(({ timestamp }) => timestamp > now + 2 * HOUR);
  stream.push(...logEvents.slice(tooOld, tooNew === -1 ? undefined : tooNew));
  const rejected = {
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(tooNew >= 0 ? { tooNewLogEventStartIndex: tooNew } : {}),
  };
  if (Object.keys(rejected).length > 0) refusals.push(JSON.stringify(rejected));
  return { nextSequenceToken: '1', ...(Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {}) };
};

const acts: Record<string, (given: never) => object | undefined> = {
  CreateLogGroup: ({ logGroupName }: Names) => {
    if (groups[logGroupName]) throw new Refused('ResourceAlreadyExistsException', 'It exists.');
    groups[logGroupName] = { streams: {} };
    return undefined;
  },
  CreateLogStream: ({ logGroupName, logStreamName }: Names) => {
    const group = groups[logGroupName];
    if (!group) throw new Refused('ResourceNotFoundException', 'The specified log group does not exist.');
    if (/[:*]/.test(logStreamName)) throw new Refused('InvalidParameterException', 'The name of the stream.');
    if (group.streams[logStreamName]) throw new Refused('ResourceAlreadyExistsException', 'It exists.');
    group.streams[logStreamName] = [];
    return undefined;
  },
  PutRetentionPolicy: ({ logGroupName, retentionInDays }: Names & { retentionInDays: number }) => {
    const group = groups[logGroupName];
    if (!group) throw new Refused('ResourceNotFoundException', 'The specified log group does not exist.');
    group.retentionInDays = retentionInDays;
    return undefined;
  },
  PutLogEvents: put,
};

const faults = {
  throttled: [400, 'ThrottlingException'],
  denied: [400, 'AccessDeniedException'],
  500: [500, 'InternalFailure'],
} as const;

const oneCall = {
  'no-retention': ['PutRetentionPolicy', 'LimitExceededException'],
  already: ['PutLogEvents', 'DataAlreadyAcceptedException'],
  invalid: ['PutLogEvents', 'InvalidParameterException'],
} as const;

/** What is answered to every call, or to this one. */
const faultOf = (call: string): readonly [number, string] | undefined => {
  if (fault === null || fault === 'down' || fault === 'hangs') return undefined;
  if (fault in faults) return faults[fault as keyof typeof faults];
  const [only, type] = oneCall[fault as keyof typeof oneCall];
  return only === call ? [400, type] : undefined;
};

const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
  if (fault === 'down') {
    req.socket.destroy();
    return;
  }
  const body = Buffer.concat(await req.toArray());
  if (fault === 'hangs') return;
  const answer = (status: number, said: object | undefined) =>
    res.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' }).end(said ? JSON.stringify(said) : '');
  const name = String(req.headers['x-amz-target']).replace('Logs_20140328.', '');
  calls.push(name);
  const told = faultOf(name);
  const quoted = JSON.stringify(req.headers);
  if (told) {
    answer(told[0], { __type: told[1], message: quoted });
    return;
  }
  try {
    checkSignature(req, body);
    const act = acts[name];
    if (!act) throw new Refused('UnknownOperationException', name);
    answer(200, act(JSON.parse(body.toString()) as never));
  } catch (error) {
    const { type, message } = error instanceof Refused ? error : { type: 'InternalFailure', message: String(error) };
    if (!type.startsWith('Resource')) refusals.push(`${name}: ${type}: ${message}`);
    answer(400, { __type: type, message: `${message} ${quoted}` });
  }
};

const server = createServer((req, res) => void serve(req, res).catch(() => req.socket.destroy()));
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', ({ fault: next, tell, forget }: Asked) => {
  if (forget) groups = {};
  if (next !== undefined) fault = next;
  process.send?.(tell ? { groups, calls, refusals } : {});
});
process.on('disconnect', () => process.exit(0));
