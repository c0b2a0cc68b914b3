import { AsyncLocalStorage } from 'node:async_hooks';
import type { School } from '../schools/school.ts';
import { type Random, seededRandom } from '../shared/seeded-random.ts';
import { wire, type Wired } from '../wiring.ts';
import { type Command, optional, required, type Said, schoolOf, UsageError } from './command.ts';
import { type CastMember, makeCast } from './demo-cast.ts';
import { drawFates, type Fate, planLife } from './demo-lives.ts';
import { type DemoPerson, inventPeople } from './demo-people.ts';
import { type Life, makeFaces, makePlay } from './demo-play.ts';

const MOST = 10_000;
/** With 26 kinds of people 156 faces at most, drawn in ten seconds. */
const FACES_OF_A_KIND = 6;
/** Steps at once: most of a step is waiting for the disk. */
const AT_ONCE = 4;

export const demoSeedCommand: Command = {
  takesPhotos: true,
  usage: 'demo:seed --parents N [--school ID] [--seed K] [--more]',
  summary: 'makes a practice school: invented parents with drawn faces in all statuses; one seed gives the same people',
  options: {
    parents: { type: 'string' },
    school: { type: 'string' },
    seed: { type: 'string' },
    more: { type: 'boolean' },
  },
  run: async (service, given) => {
    const count = whole('parents', required(given, 'parents'), 1, MOST);
    const seed = whole('seed', optional(given, 'seed') ?? '1', 0, 2 ** 31 - 1);
    const school = await schoolOf(service, given);
    const there = await countRows(service, 'parents', school);
    if (there > 0 && given.values['more'] !== true) {
      throw new UsageError('the school has parents already; --more adds invented ones to them');
    }
    const began = performance.now();
    const random = seededRandom(seed + there); // so that more of the same seed are others
    const players = makePlayers(random, count, { withCast: there === 0 });
    await liveThrough(service, school, players, { random, faces: makeFaces({ seed, ofAKind: FACES_OF_A_KIND }) });
    return summarise(service, school, { count, seconds: Math.round((performance.now() - began) / 1000) });
  },
};

const whole = (name: string, text: string, least: number, most: number): number => {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}`);
};

const countRows = async (
  { db }: Wired,
  table: 'parents' | 'photos',
  { id }: School,
  only = 'true',
): Promise<number> => {
  const [row] = await db(table).where({ school_id: id }).whereRaw(only).count<{ n: string }[]>('* as n');
  return Number(row?.n);
};

type Player = DemoPerson & Partial<Pick<CastMember, 'daysAgo' | 'variant'>> & { fate: Fate };

const makePlayers = (random: Random, count: number, { withCast }: { withCast: boolean }): Player[] => {
  const cast = withCast ? makeCast(random).slice(0, count) : [];
  const taken = cast.map(({ details }) => `${details.name} ${details.surname}`);
  const people = inventPeople(random, count - cast.length, taken);
  const already = cast.map(({ fate }) => fate);
  const fates = drawFates(random, people.length, already);
  return [...cast, ...people.map((person, i) => ({ ...person, fate: fates[i] ?? 'approved' }))];
};

type Staging = { random: Random; faces: ReturnType<typeof makeFaces> };

/** Lets everything happen in the order of time, through the program itself with its clock set to each step's time. */
const liveThrough = async (service: Wired, school: School, players: Player[], { random, faces }: Staging) => {
  const now = service.clock.now();
  const lives = players.map((player, index): Life => ({
    index,
    person: player,
    changedAt: now,
    busy: Promise.resolve(),
  }));
  const scenes = lives
    .flatMap((life, index) => {
      const { fate = 'approved', daysAgo, variant } = players[index] ?? {};
      const steps = planLife(fate, random, { now, linkDays: school.linkTtlDays, daysAgo, variant });
      return steps.map((step) => ({ life, step }));
    })
    .sort((a, b) => a.step.at.getTime() - b.step.at.getTime());
  const time = new AsyncLocalStorage<Date>();
  const clock = { now: () => time.getStore() ?? now };
  const then = await wire({ config: service.config, logger: service.logger, clock });
  try {
    const play = makePlay(then, school, faces);
    const waiting = scenes.entries();
    const stage = async () => {
      for (const [place, { life, step }] of waiting) {
        life.busy = life.busy.then(() => time.run(step.at, () => play(life, step)));
        await life.busy;
        life.changedAt = step.at;
        showProgress(place + 1, scenes.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, stage));
  } finally {
    await then.stop();
  }
  await setDates(service, lives);
  await service.foldCounts();
};

const showProgress = (done: number, all: number) => {
  if (!process.stderr.isTTY || (done % 20 !== 0 && done < all)) return;
  process.stderr.write(done < all ? `\r${done} of ${all} steps` : '\r\u001b[K');
};

/** The two columns that the database sets by its own clock. */
const setDates = async ({ db }: Wired, lives: Life[]): Promise<void> => {
  for (let from = 0; from < lives.length; from += 1000) {
    const batch = lives.slice(from, from + 1000);
    await db.raw(
      `update parents set created_at = link_issued_at, changed_at = lived.changed_at
       from unnest(?::bigint[], ?::timestamptz[]) as lived (id, changed_at) where parents.id = lived.id`,
      [batch.map(({ parent }) => parent?.id ?? 0), batch.map(({ changedAt }) => changedAt)],
    );
  }
};

const summarise = async (service: Wired, school: School, made: { count: number; seconds: number }): Promise<Said> => {
  const { total, archived, byStatus } = await service.countParents(school.id, null);
  const alerts = await countRows(service, 'parents', school, 'not_me_at is not null and archived_at is null');
  const photos = await countRows(service, 'photos', school);
  const counts = { ...byStatus, archived, "'not me' alerts": alerts, photos };
  const lines = Object.entries(counts).map(([name, n]) => `  ${name.padEnd(16)}${String(n).padStart(6)}`);
  const head = `${made.count} invented parents in ${made.seconds} s. ${school.name} now has:`;
  return {
    text: [head, ...lines].join('\n'),
    json: {
      school_id: school.id,
      made: made.count,
      seconds: made.seconds,
      total,
      by_status: byStatus,
      archived,
      alerts,
      photos,
    },
  };
};
