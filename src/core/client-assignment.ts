/**
 * Which client each response belongs to (contract section 7, "One client is one person"). What belongs together depends on the set of
 * responses and on admins' decisions, never on the order in which responses arrived, nor on how they were batched:
 *
 * - pinned by an admin: that client;
 * - an e-mail: the client an admin gave the e-mail to, else the one client of that e-mail. Two e-mails are two clients;
 * - a phone and no e-mail: the client an admin gave the phone to; else, where all responses that gave the phone with an e-mail belong to
 *   one client, that one; else (none, or several) a separate client for all such responses of the phone;
 * - neither: its own client when the response is complete and says something about a person, else none.
 *
 * Pure: the caller reads the batch's neighbours and writes the decisions made here.
 */

/** The e-mail and the phone of a response that may find a client. */
export interface ClientKeys {
  email: string | null;
  phone: string | null;
}

/** A response's current state, and its previous place. */
export interface ResponseToAssign {
  /** `<formId>/<token>`, different for each response of a batch. */
  id: string;
  keys: ClientKeys;
  /** {@link foldedName} of its full name: distinguishes people who were split from one e-mail. */
  name: string | null;
  /** Without keys, whether it creates its own client: complete, and with an identifier. */
  standsAlone: boolean;
  /** The client an admin assigned it to. */
  pinnedTo: string | null;
  /** Its stored state; null when it is new. `again`: the same event made it, so that it says nothing new. */
  before: (ClientKeys & { clientId: string | null; again: boolean }) | null;
}

/** A client that the batch affects. `others`: responses that are not in the batch. */
export interface KnownClient {
  id: string;
  email: string | null;
  /** An admin set its e-mail, or that it has none. */
  emailByHand: boolean;
  name: string | null;
  splitFrom: string | null;
  /** Its other responses give its e-mail. */
  emailNamed: boolean;
  /** An admin gave it keys or responses, or created it. */
  held: boolean;
  /** It has other responses. */
  hasOthers: boolean;
}

/** Other responses with a phone. */
export interface KnownPhone {
  phone: string;
  /** Clients of other responses that gave it with an e-mail: none, one, or two of several. */
  owners: readonly string[];
  /** Clients of unpinned other responses that gave it without an e-mail: none, or one (two of several: to be merged). */
  alone: readonly string[];
}

/** A key that an admin gave to a client. */
export interface KnownAlias {
  kind: 'email' | 'phone';
  value: string;
  clientId: string;
}

/** What has to be read before the decision: see {@link keysToLookUp}. */
export interface Neighbourhood {
  /** Those with an e-mail of the batch, those that hold or held a response of it, those named below, and all split from any of these, or from those. */
  clients: readonly KnownClient[];
  phones: readonly KnownPhone[];
  aliases: readonly KnownAlias[];
}

export interface Assignment {
  /** Client id, or null, of each response of the batch, in its order. */
  places: (string | null)[];
  /** All other unpinned responses that gave this phone without an e-mail go to this client. */
  moves: { phone: string; clientId: string }[];
  create: { id: string; email: string | null }[];
  /** Known clients whose record must be rebuilt, with the e-mail that identifies them from now on. */
  update: { id: string; email: string | null }[];
  /** Those of `update` that lost a response: they are removed if none is left. */
  remove: string[];
}

/** A client that is not known yet is represented by the key that identifies it, until it gets an id. */
type Target = { id: string } | { pending: string };

/** The keys, old and new, whose neighbours {@link assignClients} needs; the caller must lock these keys. */
export function keysToLookUp(responses: readonly ResponseToAssign[]): { emails: string[]; phones: string[] } {
  const all = responses.flatMap(({ keys, before }) => (before ? [keys, before] : [keys]));
  const distinct = (key: keyof ClientKeys): string[] =>
    [...new Set(all.flatMap((keys) => keys[key] ?? []))].sort((a, b) => (a < b ? -1 : 1));
  return { emails: distinct('email'), phones: distinct('phone') };
}

/** A name for comparison: without accents, case and repeated blanks. */
export function foldedName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * Decides for a batch. `newId` gives the id of each created client. An existing client is kept as long as anything continues
 * it: the phone's client becomes the e-mail's, a corrected e-mail keeps its client, an admin's decision is never undone.
 */
export function assignClients(
  responses: readonly ResponseToAssign[],
  neighbourhood: Neighbourhood,
  newId: () => string,
): Assignment {
  return new Decision(responses, neighbourhood, newId).make();
}

class Decision {
  private readonly clients: Map<string, KnownClient>;
  private readonly byEmail: Map<string, KnownClient>;
  private readonly phones: Map<string, KnownPhone>;
  private readonly aliases: Map<string, string>;
  /** Ids of clients that have their own reason to continue, and so cannot become another key's client. */
  private readonly taken = new Set<string>();
  /** The client that a pending target became. */
  private readonly ids = new Map<string, string>();
  private readonly created: Assignment['create'] = [];
  /** The e-mail of known clients that changes. */
  private readonly emails = new Map<string, string | null>();

  constructor(
    private readonly responses: readonly ResponseToAssign[],
    { clients, phones, aliases }: Neighbourhood,
    private readonly newId: () => string,
  ) {
    this.clients = new Map(clients.map((client) => [client.id, client]));
    this.byEmail = new Map(clients.flatMap((client) => (client.email === null ? [] : [[client.email, client]])));
    this.phones = new Map(phones.map((phone) => [phone.phone, phone]));
    this.aliases = new Map(aliases.map(({ kind, value, clientId }) => [`${kind}:${value}`, clientId]));
  }

  make(): Assignment {
    const settled = this.responses.map((response) => this.byDecisionOrEmail(response));
    const phoneTargets = this.phoneTargets(settled);
    const targets = this.responses.map(
      (response, index) => settled[index] ?? this.byPhoneOrAlone(response, phoneTargets),
    );
    this.settleIds(targets, phoneTargets);
    const places = targets.map((target) => target && this.idOf(target));
    const moves = this.moves(phoneTargets);
    this.settleEmails(places);
    return { places, moves, create: this.created, ...this.changed(places, moves) };
  }

  /** The client of a response that does not go by its phone. */
  private byDecisionOrEmail({ pinnedTo, keys, name, before }: ResponseToAssign): Target | null {
    if (pinnedTo !== null) return { id: pinnedTo };
    if (keys.email === null) return null;
    const known = this.aliases.get(`email:${keys.email}`) ?? this.byEmail.get(keys.email)?.id;
    if (known === undefined) return { pending: `email:${keys.email}` };
    const offspring = this.offspringOf(known);
    // Names and phones of those who were split from each other change. What is only processed again stays with whom it was.
    if (before?.again && before.email === keys.email) {
      const stays = [known, ...offspring.map(({ id }) => id)].find((id) => id === before.clientId);
      if (stays !== undefined) return { id: stays };
    }
    return { id: this.splitOff(known, offspring, keys.phone, name) ?? known };
  }

  /** The client that an admin split from this e-mail's client, if the response is theirs: by their phone, or by name. */
  private splitOff(
    clientId: string,
    offspring: readonly KnownClient[],
    phone: string | null,
    name: string | null,
  ): string | undefined {
    const owner = phone === null ? undefined : this.aliases.get(`phone:${phone}`);
    if (owner !== undefined && offspring.some(({ id }) => id === owner)) return owner;
    if (name === null || this.clients.get(clientId)?.name === name) return undefined;
    return offspring.find((client) => client.name === name)?.id;
  }

  /** Who was split from a client, and from these, and so on: the nearest first. Merges can have closed a circle. */
  private offspringOf(clientId: string): KnownClient[] {
    const ids = new Set([clientId]);
    for (const parent of ids) {
      const children = [...this.clients.values()].filter(({ splitFrom }) => splitFrom === parent).map(({ id }) => id);
      for (const id of children.sort()) ids.add(id);
    }
    ids.delete(clientId);
    return [...ids].flatMap((id) => this.clients.get(id) ?? []);
  }

  /** The target of responses with a phone but no e-mail: phone -> target. */
  private phoneTargets(settled: readonly (Target | null)[]): Map<string, Target> {
    const owners = new Map(keysToLookUp(this.responses).phones.map((phone) => [phone, new Map<string, Target>()]));
    for (const [phone, found] of owners) {
      for (const id of this.phones.get(phone)?.owners ?? []) found.set(`id:${id}`, { id });
    }
    this.responses.forEach(({ keys: { email, phone } }, index) => {
      const target = settled[index];
      if (email === null || phone === null || !target) return;
      owners.get(phone)?.set('id' in target ? `id:${target.id}` : target.pending, target);
    });
    return new Map(
      [...owners].map(([phone, found]) => {
        const given = this.aliases.get(`phone:${phone}`);
        if (given !== undefined) return [phone, { id: given }];
        const [only, ...more] = found.values();
        return [phone, only && more.length === 0 ? only : { pending: `phone:${phone}` }];
      }),
    );
  }

  private byPhoneOrAlone(
    { id, keys, standsAlone }: ResponseToAssign,
    phoneTargets: ReadonlyMap<string, Target>,
  ): Target | null {
    if (keys.phone !== null) return phoneTargets.get(keys.phone) ?? null;
    return standsAlone ? { pending: `response:${id}` } : null;
  }

  /** Gives every pending target a client: one that would be left over, else a new one. */
  private settleIds(targets: readonly (Target | null)[], phoneTargets: ReadonlyMap<string, Target>): void {
    for (const target of [...targets, ...phoneTargets.values()]) {
      if (target && 'id' in target) this.taken.add(target.id);
    }
    const gone = new Set([...this.phones.values()].flatMap(({ alone }) => alone));
    for (const client of this.clients.values()) if (this.goesOn(client, gone)) this.taken.add(client.id);

    // Clients with other responses first, so that these need not be moved; e-mails before phones.
    const following = [...this.phones.values()].flatMap(({ phone, alone }) => {
      const target = phoneTargets.get(phone);
      return target && 'pending' in target ? alone.map((id) => ({ pending: target.pending, id })) : [];
    });
    const before = targets.flatMap((target, index) => {
      const id = this.responses[index]?.before?.clientId;
      return target && 'pending' in target && id ? [{ pending: target.pending, id }] : [];
    });
    const isEmail = ({ pending }: { pending: string }): boolean => pending.startsWith('email:');
    for (const claim of [
      ...following.filter(isEmail),
      ...following.filter((claim) => !isEmail(claim)),
      ...before.filter(isEmail),
      ...before.filter((claim) => !isEmail(claim)),
    ]) {
      this.claim(claim.pending, claim.id);
    }
    for (const target of targets) {
      if (target && 'pending' in target && !this.ids.has(target.pending)) this.createFor(target.pending);
    }
  }

  /** Whether a client has a reason to stay as it is: an admin's decision, or others that do not go by a phone of this batch. */
  private goesOn(client: KnownClient, gone: ReadonlySet<string>): boolean {
    if (client.held || client.emailNamed) return true;
    return client.hasOthers && !gone.has(client.id);
  }

  private claim(pending: string, id: string): void {
    if (this.ids.has(pending) || this.taken.has(id) || !this.clients.has(id)) return;
    this.taken.add(id);
    this.ids.set(pending, id);
    this.emails.set(id, emailOf(pending));
  }

  private createFor(pending: string): void {
    const id = this.newId();
    this.ids.set(pending, id);
    this.created.push({ id, email: emailOf(pending) });
  }

  private idOf(target: Target): string {
    if ('id' in target) return target.id;
    const id = this.ids.get(target.pending);
    if (id === undefined) throw new Error('a response was given to a client that was not settled');
    return id;
  }

  private moves(phoneTargets: ReadonlyMap<string, Target>): Assignment['moves'] {
    return [...this.phones.values()].flatMap(({ phone, alone }) => {
      const target = phoneTargets.get(phone);
      if (!target || alone.length === 0) return [];
      if ('pending' in target && !this.ids.has(target.pending)) this.createFor(target.pending);
      const clientId = this.idOf(target);
      return alone.every((id) => id === clientId) ? [] : [{ phone, clientId }];
    });
  }

  /** An e-mail is free once its client has lost the last response with it; one given by an admin keeps identifying its client. */
  private settleEmails(places: readonly (string | null)[]): void {
    const named = new Map<string, Set<string>>();
    this.responses.forEach(({ keys: { email }, pinnedTo }, index) => {
      const place = places[index];
      if (email === null || !place || (pinnedTo !== null && this.clients.get(place)?.email !== email)) return;
      named.set(place, (named.get(place) ?? new Set()).add(email));
    });
    for (const client of this.clients.values()) {
      if (client.emailByHand || this.emails.has(client.id)) continue;
      const given = [...(named.get(client.id) ?? [])].sort((a, b) => (a < b ? -1 : 1));
      if (client.email === null) {
        const alias = given.find(
          (email) => this.aliases.get(`email:${email}`) === client.id && !this.byEmail.has(email),
        );
        if (alias !== undefined) this.emails.set(client.id, alias);
      } else if (!client.held && !client.emailNamed && !given.includes(client.email)) {
        this.emails.set(client.id, null);
      }
    }
  }

  private changed(
    places: readonly (string | null)[],
    moves: Assignment['moves'],
  ): Pick<Assignment, 'update' | 'remove'> {
    const left = new Set(
      this.responses.flatMap(({ before }, index) => {
        const id = before?.clientId;
        return id && id !== places[index] ? [id] : [];
      }),
    );
    for (const { phone, clientId } of moves) {
      for (const id of this.phones.get(phone)?.alone ?? []) if (id !== clientId) left.add(id);
    }
    const touched = new Set([...places, ...moves.map(({ clientId }) => clientId), ...left, ...this.emails.keys()]);
    const update = [...this.clients.values()].filter(({ id }) => touched.has(id));
    return {
      update: update.map(({ id, email }) => ({
        id,
        email: this.emails.has(id) ? (this.emails.get(id) ?? null) : email,
      })),
      remove: update.filter(({ id }) => left.has(id)).map(({ id }) => id),
    };
  }
}

function emailOf(pending: string): string | null {
  return pending.startsWith('email:') ? pending.slice('email:'.length) : null;
}
