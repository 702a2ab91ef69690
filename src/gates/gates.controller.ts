import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiPreconditionFailedResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/require-role.decorator';
import { parseDuration } from '../core/duration';
import type { Verdict } from '../core/release-gate';
import { GateSampler } from './gate-sampler';
import { GateReportView, GateRequestBody } from './gates.dto';

const DEFAULT_WINDOW_MS = 5 * 60_000;
/** Neither retried by a mesh, as 503 is, nor taken for a mistake in the address. */
const NOT_NOW = 412;

/**
 * Questions of a rollout controller, on the management port only: Flagger takes 200 for yes and anything else for no. They judge
 * the process that answers; where several answer, let Prometheus be asked.
 */
@ApiTags('gates')
@Public()
@Controller('gates')
export class GatesController {
  constructor(private readonly sampler: GateSampler) {}

  @Post('promote')
  @ApiBody({ type: GateRequestBody, required: false })
  @ApiOperation({ summary: 'May the release go on? (Flagger: confirm-rollout, confirm-promotion)' })
  @ApiOkResponse({ type: GateReportView, description: 'every criterion is met: promote' })
  @ApiPreconditionFailedResponse({ type: GateReportView, description: 'hold or roll back' })
  promote(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<GateReportView> {
    return this.answer(body, reply, 'promote');
  }

  @Post('rollback')
  @ApiBody({ type: GateRequestBody, required: false })
  @ApiOperation({ summary: 'Must the release be rolled back? (Flagger: rollback)' })
  @ApiOkResponse({ type: GateReportView, description: 'roll back' })
  @ApiPreconditionFailedResponse({ type: GateReportView, description: 'no reason to roll back' })
  rollback(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply): Promise<GateReportView> {
    return this.answer(body, reply, 'rollback');
  }

  @Post('check')
  @ApiBody({ type: GateRequestBody, required: false })
  @HttpCode(200)
  @ApiOperation({
    summary: 'How is the release doing? Always 200, with the verdict in the body (Argo Rollouts: web metric)',
  })
  @ApiOkResponse({ type: GateReportView })
  check(@Body() body: unknown): Promise<GateReportView> {
    return this.sampler.decide(windowOf(body));
  }

  private async answer(body: unknown, reply: FastifyReply, yes: Verdict): Promise<GateReportView> {
    const report = await this.sampler.decide(windowOf(body));
    void reply.status(report.verdict === yes ? 200 : NOT_NOW);
    return report;
  }
}

/** `metadata.window` of a body that may be anything. */
function windowOf(body: unknown): number {
  const { metadata } = (body ?? {}) as { metadata?: { window?: unknown } | null };
  const window = metadata?.window;
  return (typeof window === 'string' ? parseDuration(window) : null) ?? DEFAULT_WINDOW_MS;
}
