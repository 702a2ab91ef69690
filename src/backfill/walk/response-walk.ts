/** Reads a form's responses page by page, a few pages a turn. */
import { Injectable } from '@nestjs/common';
import { tokenOf } from '../../core/backfill-event';
import { Clock } from '../../database/clock';
import { CallOptions, TypeformApi } from '../../typeform/typeform-api';
import type { RemoteForm, RemoteResponsePage } from '../../typeform/typeform-schemas';
import { KnownResponsesRepository } from '../known-responses.repository';
import { EndlessListing } from './endless-listing';
import type { WalkRun } from './walk-run.entity';
import type { Position, WalkWorkRepository } from './walk-work.repository';

/** 1 to 1000 are allowed. One page is held in memory, bounded by what the client reads. */
export const PAGE_SIZE = 200;
/** After so many pages, a run lets others that wait go first. */
export const PAGES_PER_TURN = 10;

/** What a kind of walk does with the pages. */
export interface WalkPurpose<Run extends WalkRun, Counts extends string> {
  work: WalkWorkRepository<Run, Counts>;
  /** null: up to now. */
  until(run: Run): Date | null;
  /** Everything is committed when it resolves. Returns what to add to the run's counts. */
  takeIn(run: Run, form: RemoteForm, items: RemoteResponsePage['items']): Promise<Record<Counts, number>>;
  /** Ends the run. False when it was widened meanwhile or belongs to another process. */
  finish(run: Run): Promise<boolean>;
}

@Injectable()
export class ResponseWalk {
  constructor(
    private readonly typeform: TypeformApi,
    private readonly known: KnownResponsesRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * Continues from the run's cursor until its end or the end of its turn. Resolves with the finished run; null when others are to go
   * first, or when it belongs to another process. Throws what TypeformApi and `purpose` throw, EndlessListing, or the reason of
   * `signal`, always between two pages: saved progress is kept.
   */
  async follow<Run extends WalkRun, Counts extends string>(
    claimed: Run,
    owner: string,
    purpose: WalkPurpose<Run, Counts>,
    signal: AbortSignal,
  ): Promise<Run | null> {
    const options: CallOptions = { priority: 'background', signal };
    const form = await this.typeform.getForm(claimed.formId, options);
    let run: Run | null = claimed;
    for (let pages = 1; run; pages += 1) {
      signal.throwIfAborted();
      const page = await this.nextPage(run, purpose.until(run), options);
      const counts = await purpose.takeIn(run, form, page.items);
      const { ended, ...position } = await this.position(run, page);
      const saved = await purpose.work.save(run, position, counts);
      const current: Run | null = await purpose.work.ownedBy(owner, run.id);
      if (saved && ended && current && (await purpose.finish(current))) return current;
      if (current && pages >= PAGES_PER_TURN && (await purpose.work.othersWait(this.clock.now()))) {
        await purpose.work.release(current, this.clock.now(), null, this.clock.now());
        return null;
      }
      run = current;
    }
    return null;
  }

  private nextPage(run: WalkRun, until: Date | null, options: CallOptions): Promise<RemoteResponsePage> {
    const query = {
      pageSize: PAGE_SIZE,
      since: run.since ?? undefined,
      until: until ?? undefined,
      before: run.cursor ?? undefined,
      types: [run.responseType],
    };
    return this.typeform.listResponses(run.formId, query, options);
  }

  /** Where the walk stands after a page, and whether that was the last one. */
  private async position(
    run: WalkRun,
    { items, pageCount }: RemoteResponsePage,
  ): Promise<Position & { ended: boolean }> {
    const { responseType } = run;
    const cursor = items.map(tokenOf).findLast((token) => token !== null) ?? run.cursor;
    const pages = run.cursor === null ? 1 : run.pages + 1;
    // Both must agree: it is undocumented whether `page_count` counts from the cursor on, and whether pages are always full.
    const last = items.length === 0 || (items.length < PAGE_SIZE && pageCount <= 1);
    if (!last) return { responseType, cursor, pages, landmark: landmarkAfter(run, cursor, pages), ended: false };
    if (responseType === 'completed' && (await this.known.wantsPartials(run.formId)))
      return { responseType: 'partial', cursor: null, pages: 0, landmark: null, ended: false };
    return { responseType, cursor, pages, landmark: run.landmark, ended: true };
  }
}

/**
 * Brent's cycle detection: a circle of any length is noticed after at most three times as many pages, with one cursor to remember.
 * @throws EndlessListing
 */
function landmarkAfter(run: WalkRun, cursor: string | null, pages: number): string | null {
  if (cursor === run.cursor || (run.cursor !== null && cursor === run.landmark)) throw new EndlessListing();
  return Number.isInteger(Math.log2(pages)) ? cursor : run.landmark;
}
