/** Any order, any division into batches and any duplicates of the same versions end in the same clients and records. */
import fc from 'fast-check';
import {
  assignClients,
  foldedName,
  keysToLookUp,
  type KnownAlias,
  type KnownClient,
  type Neighbourhood,
  type ResponseToAssign,
} from './client-assignment';
import { clientRecord } from './client-record';
import { type Identifiers, type IdentifierRecord } from './identifiers';

/** A version of a response: the one with the highest `at` counts. */
interface Version {
  id: string;
  at: number;
  completed: boolean;
  email: string | null;
  phone: string | null;
  name: string | null;
}

interface Decisions {
  aliases: KnownAlias[];
  pins: Record<string, string>;
}

interface Row extends Version {
  clientId: string | null;
}

const NOBODY: Decisions = { aliases: [], pins: {} };

const found = (value: string | null, source: string) => value && { value, source: `field:${source}`, confidence: 0.9 };
const identifiersOf = ({ email, phone, name }: Version): Identifiers =>
  Object.fromEntries(
    Object.entries({ email: found(email, 'e'), phone: found(phone, 'p'), fullName: found(name, 'n') }).filter(
      ([, value]) => value,
    ),
  );
const recordOf = (version: Version): IdentifierRecord => ({
  id: version.id,
  submittedAt: new Date(version.at),
  completed: version.completed,
  identifiers: identifiersOf(version),
});

/** What the database does for the service, in memory. */
class World {
  readonly rows = new Map<string, Row>();
  readonly clients = new Map<string, { id: string; email: string | null }>();
  private made = 0;

  constructor(private readonly decisions: Decisions) {
    const held = [...decisions.aliases.map(({ clientId }) => clientId), ...Object.values(decisions.pins)];
    for (const id of held) {
      const email = decisions.aliases.find(({ kind, clientId }) => kind === 'email' && clientId === id)?.value ?? null;
      this.clients.set(id, { id, email });
    }
  }

  apply(batch: readonly Version[]): void {
    const latest = new Map<string, Version>();
    for (const version of batch) {
      const before = latest.get(version.id) ?? this.rows.get(version.id);
      if (!before || version.at >= before.at) latest.set(version.id, version);
    }
    const versions = [...latest.values()];
    const responses = versions.map((version): ResponseToAssign => {
      const before = this.rows.get(version.id);
      const { email, phone, name, completed } = version;
      return {
        id: version.id,
        keys: { email, phone },
        name: name && foldedName(name),
        standsAlone: completed && name !== null,
        pinnedTo: this.decisions.pins[version.id] ?? null,
        before: before ? { email: before.email, phone: before.phone, clientId: before.clientId, again: false } : null,
      };
    });
    const decided = assignClients(responses, this.neighbourhood(responses), () => `new-${(this.made += 1)}`);
    for (const client of decided.create) this.insert(client);
    versions.forEach((version, index) =>
      this.rows.set(version.id, { ...version, clientId: decided.places[index] ?? null }),
    );
    for (const { phone, clientId } of decided.moves) {
      for (const row of this.rows.values()) {
        if (row.phone === phone && row.email === null && !this.decisions.pins[row.id]) row.clientId = clientId;
      }
    }
    for (const { id } of decided.update) this.clients.delete(id);
    for (const client of decided.update) this.insert(client);
    for (const id of decided.remove) if (!this.members(id).length && !this.isHeld(id)) this.clients.delete(id);
  }

  /** Clients that have responses, without their ids. */
  outcome(): unknown[] {
    const groups = [...this.clients.values()].map(({ id, email }) => {
      const members = this.members(id);
      return { members: members.map((row) => row.id).sort(), ...clientRecord(email, {}, members.map(recordOf)), email };
    });
    const homeless = [...this.rows.values()].filter(({ clientId }) => clientId === null).map(({ id }) => [id]);
    return [...groups.filter(({ members }) => members.length > 0), ...homeless].sort(byText);
  }

  /** Clients that nobody needs. */
  empty(): string[] {
    return [...this.clients.keys()].filter((id) => this.members(id).length === 0 && !this.isHeld(id));
  }

  private insert(client: { id: string; email: string | null }): void {
    const taken = [...this.clients.values()].some(({ email }) => email !== null && email === client.email);
    if (taken || this.clients.has(client.id)) throw new Error(`two clients with one e-mail or id: ${client.email}`);
    this.clients.set(client.id, client);
  }

  private members(id: string): Row[] {
    return [...this.rows.values()].filter(({ clientId }) => clientId === id);
  }

  private isHeld(id: string): boolean {
    return (
      this.decisions.aliases.some(({ clientId }) => clientId === id) || Object.values(this.decisions.pins).includes(id)
    );
  }

  private neighbourhood(batch: readonly ResponseToAssign[]): Neighbourhood {
    const others = [...this.rows.values()].filter(({ id }) => !batch.some((response) => response.id === id));
    const { emails, phones } = keysToLookUp(batch);
    const ids = (rows: Row[]): string[] => [...new Set(rows.flatMap(({ clientId }) => clientId ?? []))].sort();
    const ends = (all: string[]): string[] => [...new Set([...all.slice(0, 1), ...all.slice(-1)])];
    const known = phones.map((phone) => {
      const giving = others.filter((row) => row.phone === phone);
      return {
        phone,
        owners: ends(ids(giving.filter(({ email }) => email !== null))),
        alone: ends(ids(giving.filter(({ email, id }) => email === null && !this.decisions.pins[id]))),
      };
    });
    const aliases = this.decisions.aliases.filter(({ kind, value }) =>
      (kind === 'email' ? emails : phones).includes(value),
    );
    const named = new Set([
      ...batch.flatMap(({ pinnedTo, before }) => [pinnedTo, before?.clientId]),
      ...aliases.map(({ clientId }) => clientId),
      ...known.flatMap(({ owners, alone }) => [...owners, ...alone]),
    ]);
    const clients = [...this.clients.values()]
      .filter(({ id, email }) => named.has(id) || (email !== null && emails.includes(email)))
      .map(({ id, email }): KnownClient => {
        const own = others.filter(({ clientId }) => clientId === id);
        return {
          id,
          email,
          emailByHand: false,
          name: null,
          splitFrom: null,
          emailNamed: email !== null && own.some((row) => row.email === email),
          held: this.isHeld(id),
          hasOthers: own.length > 0,
        };
      });
    return { clients, phones: known, aliases };
  }
}

/** The rules as they are written down, over the whole set of responses at once. */
function byTheRules(versions: readonly Version[], { aliases, pins }: Decisions): Map<string, string | null> {
  const latest = new Map<string, Version>();
  for (const version of versions) {
    if (version.at >= (latest.get(version.id)?.at ?? 0)) latest.set(version.id, version);
  }
  const responses = [...latest.values()];
  const aliasOf = (kind: string, value: string): string | undefined =>
    aliases.find((alias) => alias.kind === kind && alias.value === value)?.clientId;
  const withEmail = ({ id, email }: Version): string | undefined =>
    email === null ? undefined : (pins[id] ?? aliasOf('email', email) ?? `client of ${email}`);
  const place = (response: Version): string | null => {
    const { id, phone, completed, name } = response;
    const pinned = pins[id];
    if (pinned !== undefined) return pinned;
    const owner = withEmail(response);
    if (owner !== undefined) return owner;
    if (phone !== null) {
      const owners = new Set(responses.flatMap((other) => (other.phone === phone ? (withEmail(other) ?? []) : [])));
      const [only] = owners;
      return aliasOf('phone', phone) ?? (owners.size === 1 && only ? only : `client of ${phone}`);
    }
    return completed && name !== null ? `client of ${id}` : null;
  };
  return new Map(responses.map((response) => [response.id, place(response)]));
}

/** The partition a map of places makes. */
function groups(places: ReadonlyMap<string, string | null>): string[][] {
  const byClient = new Map<string, string[]>();
  for (const [id, clientId] of places) {
    const key = clientId ?? `none ${id}`;
    byClient.set(key, [...(byClient.get(key) ?? []), id].sort());
  }
  return [...byClient.values()].sort(byText);
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
const pick = <T>(values: readonly T[]) => fc.constantFrom(...values);

const version = fc.record({
  id: pick(['r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7', 'r8']),
  completed: fc.boolean(),
  email: pick([null, null, 'a@example.com', 'b@example.com', 'c@example.com']),
  phone: pick([null, '+12025550101', '+12025550102']),
  name: pick([null, 'Ana', 'Ben']),
});
/** Versions of a few responses, each with a time of its own. */
const history = fc
  .array(version, { minLength: 1, maxLength: 14 })
  .map((versions) => versions.map((one, index): Version => ({ ...one, at: index + 1 })));
const decisions = fc.constantFrom<Decisions>(
  NOBODY,
  { aliases: [{ kind: 'email', value: 'b@example.com', clientId: 'held' }], pins: {} },
  { aliases: [{ kind: 'phone', value: '+12025550101', clientId: 'held' }], pins: { r1: 'pinned' } },
  {
    aliases: [
      { kind: 'email', value: 'a@example.com', clientId: 'held' },
      { kind: 'email', value: 'b@example.com', clientId: 'held' },
    ],
    pins: { r2: 'held', r3: 'pinned' },
  },
);
/** The same versions in another order, some twice, in batches. */
const arrivals = history.chain((versions) =>
  fc.record({
    versions: fc.constant(versions),
    arrived: fc
      .tuple(
        fc.shuffledSubarray(versions, { minLength: versions.length, maxLength: versions.length }),
        fc.subarray(versions),
      )
      .chain(([all, again]) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    sizes: fc.infiniteStream(fc.integer({ min: 1, max: 6 })),
  }),
);

it('the order, the batches and duplicates change nothing, and the outcome is that of the rules', () => {
  fc.assert(
    fc.property(arrivals, decisions, ({ versions, arrived, sizes }, decided) => {
      const oneByOne = new World(decided);
      for (const one of versions) oneByOne.apply([one]);

      const batched = new World(decided);
      for (let rest = arrived; rest.length > 0;) {
        const size = sizes.next().value as number;
        batched.apply(rest.slice(0, size));
        rest = rest.slice(size);
      }

      expect(batched.outcome()).toEqual(oneByOne.outcome());
      expect(batched.empty()).toEqual([]);
      expect(oneByOne.empty()).toEqual([]);
      const places = new Map([...batched.rows.values()].map(({ id, clientId }) => [id, clientId]));
      expect(groups(places)).toEqual(groups(byTheRules(versions, decided)));
    }),
    { numRuns: 500 },
  );
});

describe('a client stays the same one', () => {
  const response = (change: Partial<Version> & { id: string }): Version => ({
    at: 1,
    completed: true,
    email: null,
    phone: null,
    name: null,
    ...change,
  });
  const place = (world: World, id: string): string | null | undefined => world.rows.get(id)?.clientId;

  it('when the client of a phone turns out to have an e-mail', () => {
    const world = new World(NOBODY);
    world.apply([response({ id: 'r1', phone: '+12025550101' })]);
    const before = place(world, 'r1');
    world.apply([response({ id: 'r2', phone: '+12025550101', email: 'a@example.com' })]);
    expect([place(world, 'r1'), place(world, 'r2')]).toEqual([before, before]);
    expect(world.clients.get(before ?? '')?.email).toBe('a@example.com');
  });

  it('when its only response corrects the e-mail', () => {
    const world = new World(NOBODY);
    world.apply([response({ id: 'r1', email: 'a@example.com' })]);
    const before = place(world, 'r1');
    world.apply([response({ id: 'r1', at: 2, email: 'b@example.com' })]);
    expect(place(world, 'r1')).toBe(before);
    expect([...world.clients.values()]).toEqual([{ id: before, email: 'b@example.com' }]);
  });

  it('and not when the corrected e-mail is that of another one', () => {
    const world = new World(NOBODY);
    world.apply([response({ id: 'r1', email: 'a@example.com' }), response({ id: 'r2', email: 'b@example.com' })]);
    world.apply([response({ id: 'r1', at: 2, email: 'b@example.com' })]);
    expect(place(world, 'r1')).toBe(place(world, 'r2'));
    expect(world.clients.size).toBe(1);
  });

  it('when a second owner of the phone appears, and the responses with the phone alone leave it', () => {
    const world = new World(NOBODY);
    world.apply([response({ id: 'r1', phone: '+12025550101', email: 'a@example.com' })]);
    world.apply([response({ id: 'r2', phone: '+12025550101' })]);
    const before = place(world, 'r1');
    expect(place(world, 'r2')).toBe(before);
    world.apply([response({ id: 'r3', phone: '+12025550101', email: 'b@example.com' })]);
    expect(place(world, 'r1')).toBe(before);
    expect(new Set(['r1', 'r2', 'r3'].map((id) => place(world, id))).size).toBe(3);
  });
});

describe('who was split from one e-mail', () => {
  const known = (change: Partial<KnownClient> & { id: string }): KnownClient => ({
    email: null,
    emailByHand: false,
    name: null,
    splitFrom: null,
    emailNamed: false,
    held: false,
    hasOthers: true,
    ...change,
  });
  const couple = [
    known({ id: 'his', email: 'both@example.com', emailNamed: true, name: 'ben' }),
    known({ id: 'hers', splitFrom: 'his', held: true, name: 'jose' }),
  ];
  const place = (name: string | null, phone: string | null, aliases: KnownAlias[] = []): (string | null)[] => {
    const keys = { email: 'both@example.com', phone };
    const response = { id: 'r', keys, name: name && foldedName(name), standsAlone: true, pinnedTo: null, before: null };
    const phones = phone === null ? [] : [{ phone, owners: [], alone: [] }];
    return assignClients([response], { clients: couple, phones, aliases }, () => 'new').places;
  };

  it.each([
    ['the same name, accents and case aside', 'José', 'hers'],
    ['the name of the other one', 'Ben', 'his'],
    ['another name', 'Eve', 'his'],
    ['no name', null, 'his'],
  ])('%s', (_what, name, clientId) => expect(place(name, null)).toEqual([clientId]));

  it('the phone an admin gave them decides before the name', () => {
    const alias: KnownAlias = { kind: 'phone', value: '+12025550101', clientId: 'hers' };
    expect(place('Ben', '+12025550101', [alias])).toEqual(['hers']);
  });
});
