import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { isISO8601, registerDecorator, ValidationArguments } from 'class-validator';
import { MayBeAbsent } from './may-be-absent.decorator';

const ZONE = /T.*(Z|[+-]\d{2}(:?\d{2})?)$/i;
/** In a URL, + means a blank. */
const LOST_PLUS = /T\d{2}:\d{2}\S* \d{2}:?\d{2}$/i;
const RULE = 'must be a time with its zone, such as 2026-01-31T08:00:00Z or 2026-01-31T09:00:00+01:00';

/**
 * Decorators of an optional ISO 8601 time in a query or body. It must name its zone: without one, each reader would assume another.
 * `notBefore` names the property that begins the range which this one ends.
 */
export const IsoTime = (description: string, { notBefore }: { notBefore?: string } = {}): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ format: 'date-time', description, example: '2026-01-31T08:00:00Z' }),
    MayBeAbsent(),
    IsZonedTime(),
    ...(notBefore === undefined ? [] : [IsNotBefore(notBefore)]),
  );

const IsZonedTime = (): PropertyDecorator => (target, property) =>
  registerDecorator({
    name: 'isZonedTime',
    target: target.constructor,
    propertyName: String(property),
    validator: {
      validate: isZonedTime,
      defaultMessage: (found?: ValidationArguments) =>
        typeof found?.value === 'string' && LOST_PLUS.test(found.value)
          ? `${RULE}; a + in a URL arrives as a blank: write it as %2B`
          : RULE,
    },
  });

const IsNotBefore =
  (begin: string): PropertyDecorator =>
  (target, property) =>
    registerDecorator({
      name: 'isNotBefore',
      target: target.constructor,
      propertyName: String(property),
      validator: {
        validate: (value: unknown, found?: ValidationArguments) => {
          const since = (found?.object as Record<string, unknown> | undefined)?.[begin];
          return !isZonedTime(since) || !isZonedTime(value) || new Date(value) >= new Date(since);
        },
        defaultMessage: () => `must not be before ${begin}`,
      },
    });

function isZonedTime(value: unknown): value is string {
  return (
    isISO8601(value, { strict: true, strictSeparator: true }) &&
    typeof value === 'string' &&
    ZONE.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}
