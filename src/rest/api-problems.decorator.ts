import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';
import { ErrorCode, statusOf, toProblem, DomainError } from '../core/problem';

class ValidationIssueView {
  @ApiProperty({ example: 'limit' })
  path: string;

  @ApiProperty({ example: 'limit must not be greater than 200' })
  message: string;
}

/** RFC 9457 problem document, the shape of every error. */
export class ProblemView {
  @ApiProperty({ example: 'urn:typeform-onboarding:problem:not_found' })
  type: string;

  @ApiProperty({ example: 'Not found' })
  title: string;

  @ApiProperty({ example: 404 })
  status: number;

  @ApiProperty({ example: 'there is no such client' })
  detail: string;

  @ApiProperty({ example: '/v1/clients/8d3c6b1e-5a0e-4c39-9d51-0a7f5d3f7c10' })
  instance: string;

  @ApiProperty({ example: 'not_found' })
  code: string;

  @ApiProperty({ description: 'also the X-Request-Id header; look for it in the log' })
  requestId: string;

  @ApiPropertyOptional({ type: [ValidationIssueView], description: 'only with code validation_failed' })
  errors?: ValidationIssueView[];
}

/** Documents the errors a route can answer with, one example each. */
export function ApiProblems(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) byStatus.set(statusOf(code), [...(byStatus.get(statusOf(code)) ?? []), code]);
  return applyDecorators(
    ...[...byStatus].map(([status, grouped]) =>
      ApiResponse({
        status,
        description: grouped.join(', '),
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/ProblemView' },
            examples: Object.fromEntries(
              grouped.map((code) => [
                code,
                { value: toProblem(new DomainError(code, 'what to do about it'), '/v1/...', '01J9Z3T7Q6A0F4') },
              ]),
            ),
          },
        },
      }),
    ),
  );
}

/** The errors that every route of the admin API has in common. */
export const ApiAdminProblems = () =>
  ApiProblems('unauthorized', 'forbidden', 'rate_limited', 'internal_error', 'database_unavailable');
