import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayNotEmpty, IsArray, IsIn } from 'class-validator';
import { MayBeAbsent } from './may-be-absent.decorator';

/** Decorators of a filter that accepts one or more values of a closed set, separated by commas. The handler gets a list. */
export const Several = (values: readonly string[], example: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      type: String,
      example,
      description: `one or more of ${values.join(', ')}, separated by commas`,
    }),
    MayBeAbsent(),
    // A parameter given twice is not text, so it does not become a list.
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.split(',') : null)),
    IsArray({ message: `$property must be text: one or more of ${values.join(', ')}, separated by commas` }),
    ArrayNotEmpty(),
    IsIn(values, { each: true, message: `each $property must be one of ${values.join(', ')}` }),
  );
