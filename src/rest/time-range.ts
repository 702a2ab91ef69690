import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsISO8601 } from 'class-validator';
import { MayBeAbsent } from './may-be-absent.decorator';

/** Decorators of an optional ISO 8601 time in a query or body. */
export const IsoTime =
  (description: string): PropertyDecorator =>
  (target, property) => {
    ApiPropertyOptional({ format: 'date-time', description, example: '2026-01-31T08:00:00Z' })(target, property);
    MayBeAbsent()(target, property);
    IsISO8601({ strict: true, strictSeparator: true })(target, property);
  };
