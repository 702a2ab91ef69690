/** Keyset pagination: `limit` and an opaque `cursor`, stable while rows are inserted. */
import { Type } from 'class-transformer';
import { IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { z } from 'zod';
import { DomainError } from '../core/problem';
import { MayBeAbsent } from './may-be-absent.decorator';

export class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;

  @ApiPropertyOptional({ description: 'nextCursor of the previous page' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(1_000)
  cursor?: string;
}

/** One page of a list. `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** The sort key of the last row of a page: a time and the columns that break ties. */
export type Position = [at: Date, ...ties: string[]];

const position = z.tuple([z.iso.datetime()], z.string());

/** Reads a cursor with `ties` tie-breaking columns, each matching `tie`. Throws `validation_failed` when it is not one of ours. */
export function decodeCursor(cursor: string | undefined, ties: number, tie = /^/): Position | null {
  if (cursor === undefined) return null;
  try {
    const [at, ...rest] = position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (rest.length === ties && rest.every((value) => tie.test(value))) return [new Date(at), ...rest];
  } catch {
    // Falls through: it is not a cursor.
  }
  throw new DomainError('validation_failed', 'the query is not valid', {
    errors: [{ path: 'cursor', message: 'must be a nextCursor of this list' }],
  });
}

/** Makes a page of `limit` items out of up to `limit + 1` rows. */
export function toPage<Row, T>(
  rows: Row[],
  limit: number,
  positionOf: (row: Row) => Position,
  map: (row: Row) => T,
): Page<T> {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  const nextCursor = last !== undefined ? Buffer.from(JSON.stringify(positionOf(last))).toString('base64url') : null;
  return { items: items.map(map), nextCursor };
}
