import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line is a few hundred bytes; one that is longer is none of ours. */
const MOST_CHARACTERS = 1_000_000;

/** The values of a stream with a JSON value on each line, one at a time; throws for what is none. */
export async function* readJsonLines(stream: Readable): AsyncGenerator {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_CHARACTERS) throw new Error('a line is too long');
    for (const line of lines) yield JSON.parse(line);
  }
  if (rest !== '') yield JSON.parse(rest);
}

/** One JSON value a line. */
export const jsonLine = (value: object): string => `${JSON.stringify(value)}\n`;
