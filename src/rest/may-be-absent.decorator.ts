import { ValidateIf } from 'class-validator';

/** The property may be left out. Unlike class-validator's IsOptional it may not be null, which no handler expects. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);
