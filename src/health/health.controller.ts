import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckResult, HealthCheckService } from '@nestjs/terminus';
import { Public } from '../access/require-role.decorator';
import { HealthFilter } from './health.filter';
import { ReadinessIndicators } from './readiness.indicators';

/** Probes for Kubernetes. 200, or 503 with the failing part named. */
@ApiTags('health')
@Public()
@UseFilters(HealthFilter)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: ReadinessIndicators,
  ) {}

  /** Answers as long as the event loop runs: restarting the process would not bring a database back. */
  @Get('live')
  @HealthCheck()
  @ApiOperation({
    operationId: 'checkLiveness',
    summary: 'Is the process alive? Depends on nothing outside the process',
  })
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @HealthCheck()
  @ApiOperation({ operationId: 'checkReadiness', summary: 'Could an event be committed right now?' })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.indicators.shutdown(),
      () => this.indicators.database(),
      () => this.indicators.migrations(),
    ]);
  }

  @Get('startup')
  @HealthCheck()
  @ApiOperation({ operationId: 'checkStartup', summary: 'Has the process started?' })
  startup(): Promise<HealthCheckResult> {
    return this.health.check([() => this.indicators.database(), () => this.indicators.migrations()]);
  }
}
