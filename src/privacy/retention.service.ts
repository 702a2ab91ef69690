import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/app-config';
import { expiresAt, expiryEdge } from '../core/retention';
import { Clock } from '../database/clock';
import { decodeCursor, PageQuery, toPage } from '../rest/page';
import type { FormRetentionView, RetentionPage } from './retention.dto';
import { FormRetention, RetentionRepository } from './retention.repository';

const WEEK_MS = 7 * 86_400_000;

/** What is kept how long, for admins. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly repository: RetentionRepository,
    private readonly clock: Clock,
  ) {}

  async list({ limit, cursor }: PageQuery): Promise<RetentionPage> {
    const after = decodeCursor(cursor, 1);
    const { manager } = this.dataSource;
    const position: [Date, string] | null = after && [after[0], after[1] ?? ''];
    const rows = await this.repository.list(manager, this.config.responseRetentionDays, limit, position);
    const page = toPage(
      rows,
      limit,
      (row) => [row.createdAt, row.formId],
      (row) => row,
    );
    const items: FormRetentionView[] = [];
    for (const form of page.items) items.push(await this.view(form));
    return { ...page, items };
  }

  private async view({ formId, title, formDays, days, expiredBefore }: FormRetention): Promise<FormRetentionView> {
    const now = this.clock.now();
    const decidedBy = formDays === null ? 'installation' : 'form';
    const shown = { formId, title, retentionDays: days, decidedBy, expiredBefore } as const;
    const [edge, nextWeek] = [expiryEdge(days, now), expiryEdge(days, new Date(now.getTime() + WEEK_MS))];
    if (!edge || !nextWeek) return { ...shown, expired: 0, expiringWithin7Days: 0, nextExpiryAt: null };
    const { manager } = this.dataSource;
    const expired = await this.repository.olderThan(manager, formId, edge);
    const soon = await this.repository.olderThan(manager, formId, nextWeek);
    return {
      ...shown,
      expired: expired.count,
      expiringWithin7Days: soon.count,
      nextExpiryAt: expired.oldest && expiresAt(expired.oldest, days),
    };
  }
}
